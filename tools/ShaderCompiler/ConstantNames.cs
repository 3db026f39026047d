using System.Runtime.InteropServices;
using System.Text;

namespace SoftPool.ShaderCompiler;

/// <summary>
/// The names of a shader's specialization constants, by their ids from 0 on. Optimisation drops them, and with them
/// constants that the shader does not use. They are read from the module before optimisation and written into the
/// optimised one, as the text of an OpModuleProcessed, which drivers pass over: "constants BATCH CHANNELS
/// WORKGROUP_SIZE".
/// </summary>
internal static class ConstantNames
{
    // Of the SPIR-V specification, section 3.
    private const int HeaderWords = 5;
    private const uint OpName = 5, OpDecorate = 71, OpGroupMemberDecorate = 75, OpModuleProcessed = 330, FirstType = 19;
    private const uint DecorationSpecId = 1;

    /// <summary>The constant of local_size_x_id has no name of its own.</summary>
    private const string WorkgroupSize = "WORKGROUP_SIZE";

    /// <summary>Reads the names.</summary>
    /// <param name="spirv">A module with its names, not optimised.</param>
    /// <exception cref="InvalidDataException">The ids are not numbered from 0 without a gap.</exception>
    public static string[] Read(ReadOnlySpan<byte> spirv)
    {
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(spirv);
        var names = new Dictionary<uint, string>();
        var constants = new SortedDictionary<uint, string>();
        for (int at = HeaderWords; at < words.Length; at += (int)(words[at] >> 16))
            switch (words[at] & 0xFFFF)
            {
                case OpName:
                    ReadOnlySpan<byte> text = MemoryMarshal.AsBytes(words.Slice(at + 2, (int)(words[at] >> 16) - 2));
                    names[words[at + 1]] = Encoding.UTF8.GetString(text[..text.IndexOf((byte)0)]);
                    break;
                case OpDecorate when words[at + 2] == DecorationSpecId:
                    string name = names.GetValueOrDefault(words[at + 1], "");
                    // A constant may stand beside local_size_x_id with the same id.
                    if (name.Length > 0 || !constants.ContainsKey(words[at + 3]))
                        constants[words[at + 3]] = name.Length > 0 ? name : WorkgroupSize;
                    break;
            }
        return constants.Keys.SequenceEqual(Enumerable.Range(0, constants.Count).Select(id => (uint)id))
            ? [.. constants.Values]
            : throw new InvalidDataException(
                $"specialization constants are numbered from 0 without a gap, got {string.Join(", ", constants.Keys)}");
    }

    /// <summary>Writes the names into a module.</summary>
    public static byte[] Write(ReadOnlySpan<byte> spirv, string[] names)
    {
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(spirv);
        int at = HeaderWords;
        // The last of the debug instructions stand before decorations and types.
        while (at < words.Length
            && (words[at] & 0xFFFF) is not ((>= OpDecorate and <= OpGroupMemberDecorate) or FirstType))
            at += (int)(words[at] >> 16);
        byte[] text = Encoding.UTF8.GetBytes($"constants {string.Join(' ', names)}".TrimEnd());
        // Zeros end the text and fill its last word.
        var instruction = new uint[1 + text.Length / sizeof(uint) + 1];
        instruction[0] = (uint)instruction.Length << 16 | OpModuleProcessed;
        text.CopyTo(MemoryMarshal.AsBytes(instruction.AsSpan(1)));
        return [.. spirv[..(at * sizeof(uint))],
            .. MemoryMarshal.AsBytes(instruction.AsSpan()), .. spirv[(at * sizeof(uint))..]];
    }
}
