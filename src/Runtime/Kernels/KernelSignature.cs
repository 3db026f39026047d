using System.Runtime.InteropServices;
using System.Text;

namespace SoftPool.Kernels;

/// <summary>How a kernel reads or writes what is bound to it.</summary>
internal enum BindingKind
{
    /// <summary>A storage buffer.</summary>
    Storage,

    /// <summary>A storage buffer of 32-bit unsigned integers and nothing else.</summary>
    Integers,

    /// <summary>A uniform texel buffer, read as texels of four elements.</summary>
    Texels,
}

/// <summary>What a launch has to give a kernel: its bindings, and its specialization constants, as the SPIR-V declares
/// them. A constant that a launch leaves out would take the default of the GLSL without a word, and one too many would
/// be ignored.</summary>
/// <param name="Bindings">The kinds of bindings 0, 1, 2 and so on.</param>
/// <param name="Constants">The names of the specialization constants 0, 1, 2 and so on, as tools/ShaderCompiler has
/// written them into the module; null where something else has compiled it.</param>
/// <param name="Access">What the kernel does to what is bound.</param>
/// <param name="Workgroup">The invocations of a workgroup along x, or the id of the constant that says it; all kernels
/// have workgroups along x alone.</param>
internal sealed record KernelSignature(
    IReadOnlyList<BindingKind> Bindings, IReadOnlyList<string>? Constants, KernelAccess Access,
    (uint Value, bool IsConstant) Workgroup)
{
    // Of the SPIR-V specification, section 3.
    private const int HeaderWords = 5;
    private const uint OpTypeInt = 21, OpTypeImage = 25, OpTypeSampledImage = 27;
    private const uint OpTypeRuntimeArray = 29, OpTypeStruct = 30, OpTypePointer = 32;
    private const uint OpExecutionMode = 16, ModeLocalSize = 17, OpSpecConstantComposite = 51;
    private const uint DecorationSpecId = 1, DecorationBuiltIn = 11, BuiltInWorkgroupSize = 25;
    private const uint OpVariable = 59, OpDecorate = 71, OpMemberDecorate = 72, OpModuleProcessed = 330;
    private const uint DecorationNonWritable = 24, DecorationNonReadable = 25, DecorationBinding = 33;
    private const string NamesBegin = "constants";

    /// <summary>Reads the signature out of a kernel's SPIR-V.</summary>
    /// <exception cref="InvalidOperationException">Bindings are not numbered from 0 without a gap.</exception>
    public static KernelSignature Of(ReadOnlySpan<uint> spirv)
    {
        string[]? constants = null;
        var bindings = new SortedDictionary<uint, BindingKind>();
        var bindingOf = new Dictionary<uint, uint>();
        var pointed = new Dictionary<uint, uint>();
        var images = new HashSet<uint>();
        // Blocks, each of one array, and variables that are only read or only written.
        var readOnly = new HashSet<uint>();
        var writeOnly = new HashSet<uint>();
        uint read = 0, written = 0;
        // The size is what is said literally, unless a composite of constants says it.
        (uint Value, bool IsConstant) workgroup = (1, false);
        uint composite = 0;
        var idOf = new Dictionary<uint, uint>();
        // Types of 32-bit unsigned integers alone.
        var integers = new HashSet<uint>();
        for (int at = HeaderWords; at < spirv.Length; at += (int)(spirv[at] >> 16))
            switch (spirv[at] & 0xFFFF)
            {
                case OpModuleProcessed:
                    ReadOnlySpan<byte> text = MemoryMarshal.AsBytes(spirv.Slice(at + 1, (int)(spirv[at] >> 16) - 1));
                    string[] words = Encoding.UTF8.GetString(text[..text.IndexOf((byte)0)]).Split(' ');
                    if (words[0] == NamesBegin)
                        constants = words[1..];
                    break;
                case OpExecutionMode when spirv[at + 2] == ModeLocalSize:
                    workgroup = (spirv[at + 3], false);
                    break;
                case OpDecorate when spirv[at + 2] == DecorationBuiltIn && spirv[at + 3] == BuiltInWorkgroupSize:
                    composite = spirv[at + 1];
                    break;
                case OpDecorate when spirv[at + 2] == DecorationSpecId:
                    idOf.Add(spirv[at + 1], spirv[at + 3]);
                    break;
                case OpSpecConstantComposite when spirv[at + 2] == composite && composite != 0
                    && idOf.TryGetValue(spirv[at + 3], out uint id):
                    workgroup = (id, true);
                    break;
                case OpDecorate when spirv[at + 2] == DecorationBinding:
                    bindingOf.Add(spirv[at + 1], spirv[at + 3]);
                    break;
                case OpDecorate when spirv[at + 2] == DecorationNonWritable:
                case OpMemberDecorate when spirv[at + 3] == DecorationNonWritable:
                    readOnly.Add(spirv[at + 1]);
                    break;
                case OpDecorate when spirv[at + 2] == DecorationNonReadable:
                case OpMemberDecorate when spirv[at + 3] == DecorationNonReadable:
                    writeOnly.Add(spirv[at + 1]);
                    break;
                case OpTypeImage or OpTypeSampledImage:
                    images.Add(spirv[at + 1]);
                    break;
                case OpTypeInt when spirv[at + 2] == 32 && spirv[at + 3] == 0:
                case OpTypeRuntimeArray when integers.Contains(spirv[at + 2]):
                case OpTypeStruct when AreAll(integers, spirv.Slice(at + 2, (int)(spirv[at] >> 16) - 2)):
                    integers.Add(spirv[at + 1]);
                    break;
                case OpTypePointer:
                    pointed.Add(spirv[at + 1], spirv[at + 3]);
                    break;
                case OpVariable when bindingOf.TryGetValue(spirv[at + 2], out uint binding):
                    uint type = pointed[spirv[at + 1]];
                    BindingKind kind = images.Contains(type) ? BindingKind.Texels
                        : integers.Contains(type) ? BindingKind.Integers
                        : BindingKind.Storage;
                    bool isReadOnly = kind == BindingKind.Texels || Has(readOnly, spirv[at + 2], type);
                    written |= isReadOnly ? 0 : 1u << (int)binding;
                    read |= !isReadOnly && Has(writeOnly, spirv[at + 2], type) ? 0 : 1u << (int)binding;
                    // Two views of one buffer, such as its floats and its words, share a binding.
                    bindings[binding] = bindings.GetValueOrDefault(binding, kind) == kind ? kind : BindingKind.Storage;
                    break;
            }
        if (!bindings.Keys.SequenceEqual(Enumerable.Range(0, bindings.Count).Select(i => (uint)i)))
            throw new InvalidOperationException(
                "A kernel numbers its bindings from 0 without a gap; this one has "
                + $"{string.Join(", ", bindings.Keys)}.");
        return new KernelSignature([.. bindings.Values], constants, new KernelAccess(read, written), workgroup);

        static bool Has(HashSet<uint> decorated, uint variable, uint type) =>
            decorated.Contains(variable) || decorated.Contains(type);

        static bool AreAll(HashSet<uint> types, ReadOnlySpan<uint> members)
        {
            foreach (uint member in members)
                if (!types.Contains(member))
                    return false;
            return true;
        }
    }

    /// <summary>What of a launch does not fit the kernel, in a sentence; null where all of it does.</summary>
    public string? Misfit(KernelLaunch launch)
    {
        string[] given = [.. launch.Constants.Select(constant => constant.Name)];
        if (Constants?.Except(given).FirstOrDefault() is { } missing)
            return $"{launch.Kernel} has the constant {missing}; the launch does not give it.";
        if (Constants is not null && given.Except(Constants).FirstOrDefault() is { } unknown)
            return $"{launch.Kernel} has no constant {unknown}; the launch gives it.";
        if (given.Distinct().Count() != given.Length)
            return $"{launch.Kernel} takes each constant once; the launch gives {string.Join(", ", given)}.";
        if (launch.Operands.Count != Bindings.Count)
            return $"{launch.Kernel} has {Bindings.Count} bindings; the launch gives {launch.Operands.Count}.";
        for (int i = 0; i < Bindings.Count; i++)
            if (launch.IsTexels(i) != (Bindings[i] == BindingKind.Texels))
                return $"{launch.Kernel} reads binding {i} as {(launch.IsTexels(i) ? "a storage buffer" : "texels")}; "
                    + $"the launch gives {(launch.IsTexels(i) ? "texels" : "a storage buffer")}.";
            else if (launch.Operands[i] is Constant constant
                && constant is IntegerConstant != (Bindings[i] == BindingKind.Integers))
                return $"{launch.Kernel} reads binding {i} as "
                    + $"{(Bindings[i] == BindingKind.Integers ? "integers" : "floats")}; the launch "
                    + $"gives {(constant is IntegerConstant ? "integers" : "floats")}.";
        return null;
    }

    /// <summary>The invocations of a workgroup.</summary>
    /// <param name="values">The values of the constants in the order of their ids.</param>
    public int WorkgroupOf(uint[] values) => (int)(Workgroup.IsConstant ? values[Workgroup.Value] : Workgroup.Value);

    /// <summary>The values of a launch's constants in the order of their ids.</summary>
    public uint[] ValuesOf(KernelLaunch launch) => Constants is null
        ? [.. launch.Constants.Select(constant => constant.Value)]
        : [.. Constants.Select(name => launch.Constants.First(constant => constant.Name == name).Value)];
}
