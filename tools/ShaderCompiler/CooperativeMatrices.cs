using System.Runtime.InteropServices;
using System.Text;

namespace SoftPool.ShaderCompiler;

/// <summary>Makes SPV_KHR_cooperative_matrix, which drivers of all vendors have, of SPV_NV_cooperative_matrix, which
/// came first: shaderc knows GL_KHR_cooperative_matrix since 2023.7, and distributions have older ones. The two differ in
/// three things. KHR's types say what a matrix is used for: here by what multiplications take it as, so that a type has
/// one use. Loads and stores name the layout before the stride, as a number. The numbers of the instructions differ.
/// </summary>
internal static class CooperativeMatrices
{
    // Of the SPIR-V specification and of both extensions.
    private const int HeaderWords = 5;
    private const int BoundWord = 3;
    private const uint Extension = 10, Capability = 17, TypeInt = 21, ConstantTrue = 41, ConstantFalse = 42, Constant = 43;
    private const uint NvCapability = 5357, NvType = 5358, NvLoad = 5359, NvStore = 5360, NvMultiplyAdd = 5361;
    private const uint NvLength = 5362;
    private const uint KhrCapability = 6022, KhrType = 4456, KhrLoad = 4457, KhrStore = 4458, KhrMultiplyAdd = 4459;
    private const uint KhrLength = 4460;
    private const string NvName = "SPV_NV_cooperative_matrix";

    // The numbers of a use are those of an operand; of a layout 0 is by rows and 1 by columns.
    private const int Uses = 3;

    /// <summary>Translates a module; one without such matrices is given back as it is.</summary>
    /// <exception cref="InvalidDataException">A type of matrices has two uses or none, or a layout is not known.
    /// </exception>
    public static byte[] ToKhr(byte[] spirv)
    {
        uint[] words = MemoryMarshal.Cast<byte, uint>(spirv).ToArray();
        if (!Instructions(words).Any(at => words[at] == (2 << 16 | Capability) && words[at + 1] == NvCapability))
            return spirv;
        Dictionary<uint, uint> useOf = UsesOf(words);
        var booleans = new Dictionary<uint, uint>();
        uint firstNumber = words[BoundWord], unsigned = 0;
        bool hasNumbers = false;
        words[BoundWord] += Uses;

        List<uint> translated = [.. words[..HeaderWords]];
        foreach (int at in Instructions(words))
        {
            uint operation = words[at] & 0xFFFF;
            ReadOnlySpan<uint> operands = words.AsSpan(at + 1, (int)(words[at] >> 16) - 1);
            switch (operation)
            {
                case Capability when operands[0] == NvCapability:
                    Add(Capability, KhrCapability);
                    break;
                case Extension when Text(operands) == NvName:
                    Add(Extension, [.. MemoryMarshal.Cast<byte, uint>("SPV_KHR_cooperative_matrix\0\0"u8)]);
                    break;
                case NvType:
                    if (unsigned == 0)
                        throw new InvalidDataException(
                            "matrices of which the module declares no uint before; give one a constant as extent");
                    if (!hasNumbers)
                        for (uint number = 0; number < Uses; number++)
                            Add(Constant, unsigned, firstNumber + number, number);
                    hasNumbers = true;
                    Add(KhrType, [.. operands, firstNumber + useOf[operands[0]]]);
                    break;
                case NvLoad:
                    Add(KhrLoad, [.. operands[..3], Layout(operands[4]), operands[3], .. operands[5..]]);
                    break;
                case NvStore:
                    Add(KhrStore, [.. operands[..2], Layout(operands[3]), operands[2], .. operands[4..]]);
                    break;
                case NvMultiplyAdd:
                    Add(KhrMultiplyAdd, [.. operands]);
                    break;
                case NvLength:
                    Add(KhrLength, [.. operands]);
                    break;
                default:
                    if (operation == TypeInt && operands[1] == 32 && operands[2] == 0)
                        unsigned = operands[0];
                    else if (operation is ConstantTrue or ConstantFalse)
                        booleans[operands[1]] = operation == ConstantTrue ? 1u : 0;
                    Add(operation, [.. operands]);
                    break;
            }
        }
        return [.. MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(translated))];

        void Add(uint operation, params uint[] operands)
        {
            translated.Add((uint)(operands.Length + 1) << 16 | operation);
            translated.AddRange(operands);
        }

        uint Layout(uint id) => booleans.TryGetValue(id, out uint byColumns)
            ? firstNumber + byColumns
            : throw new InvalidDataException("the layout of a matrix in memory is a constant, true or false");
    }

    /// <summary>What the types of matrices are used as: 0 and 1 for the operands of a product, 2 for sums.</summary>
    private static Dictionary<uint, uint> UsesOf(uint[] words)
    {
        HashSet<uint> types = [];
        var typeOf = new Dictionary<uint, uint>();
        var uses = new Dictionary<uint, uint>();
        foreach (int at in Instructions(words))
            if ((words[at] & 0xFFFF) == NvType)
                types.Add(words[at + 1]);
            // Whatever gives a matrix has its type first and its id second.
            else if (words[at] >> 16 > 2 && types.Contains(words[at + 1]))
                typeOf[words[at + 2]] = words[at + 1];
        foreach (int at in Instructions(words))
            if ((words[at] & 0xFFFF) == NvMultiplyAdd)
                for (int use = 0; use < Uses; use++)
                {
                    uint type = typeOf[words[at + 3 + use]];
                    if (uses.TryGetValue(type, out uint other) && other != use)
                        throw new InvalidDataException(
                            "matrices of one type are operands of one side; give the sides other constants as extents");
                    uses[type] = (uint)use;
                }
        return types.All(uses.ContainsKey)
            ? uses
            : throw new InvalidDataException("matrices of a type that no product takes");
    }

    private static IEnumerable<int> Instructions(uint[] words)
    {
        for (int at = HeaderWords; at < words.Length; at += (int)(words[at] >> 16))
            yield return at;
    }

    private static string Text(ReadOnlySpan<uint> operands)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(operands);
        return Encoding.UTF8.GetString(bytes[..bytes.IndexOf((byte)0)]);
    }
}
