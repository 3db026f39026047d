namespace SoftPool.Kernels;

/// <summary>How a kernel reads or writes what is bound to it.</summary>
internal enum BindingKind
{
    /// <summary>A storage buffer.</summary>
    Storage,

    /// <summary>A uniform texel buffer, read as texels of four elements.</summary>
    Texels,
}

/// <summary>
/// What a launch has to give a kernel: its bindings, and its specialization constants, as the SPIR-V declares them. A constant that a
/// launch leaves out would take the default of the GLSL without a word, and one too many would be ignored.
/// </summary>
/// <param name="Bindings">The kinds of bindings 0, 1, 2 and so on.</param>
/// <param name="Constants">The number of specialization constants, whose ids are 0, 1, 2 and so on; of those in the midst the
/// compiler may have dropped some that the kernel does not use.</param>
internal sealed record KernelSignature(IReadOnlyList<BindingKind> Bindings, int Constants)
{
    // Of the SPIR-V specification, section 3.
    private const int HeaderWords = 5;
    private const uint OpTypeSampledImage = 27, OpTypePointer = 32, OpVariable = 59, OpDecorate = 71;
    private const uint DecorationSpecId = 1, DecorationBinding = 33;

    /// <summary>Reads the signature out of a kernel's SPIR-V.</summary>
    /// <exception cref="InvalidOperationException">Bindings are not numbered from 0 without a gap.</exception>
    public static KernelSignature Of(ReadOnlySpan<uint> spirv)
    {
        uint constants = 0;
        var bindings = new SortedDictionary<uint, BindingKind>();
        var bindingOf = new Dictionary<uint, uint>();
        var pointed = new Dictionary<uint, uint>();
        var images = new HashSet<uint>();
        for (int at = HeaderWords; at < spirv.Length; at += (int)(spirv[at] >> 16))
            switch (spirv[at] & 0xFFFF)
            {
                case OpDecorate when spirv[at + 2] == DecorationSpecId:
                    constants = Math.Max(constants, spirv[at + 3] + 1);
                    break;
                case OpDecorate when spirv[at + 2] == DecorationBinding:
                    bindingOf.Add(spirv[at + 1], spirv[at + 3]);
                    break;
                case OpTypeSampledImage:
                    images.Add(spirv[at + 1]);
                    break;
                case OpTypePointer:
                    pointed.Add(spirv[at + 1], spirv[at + 3]);
                    break;
                case OpVariable when bindingOf.TryGetValue(spirv[at + 2], out uint binding):
                    // Two views of one buffer, such as its floats and its words, share a binding.
                    bindings[binding] = images.Contains(pointed[spirv[at + 1]]) ? BindingKind.Texels : BindingKind.Storage;
                    break;
            }
        if (!bindings.Keys.SequenceEqual(Enumerable.Range(0, bindings.Count).Select(i => (uint)i)))
            throw new InvalidOperationException(
                $"A kernel numbers its bindings from 0 without a gap; this one has {string.Join(", ", bindings.Keys)}.");
        return new KernelSignature([.. bindings.Values], (int)constants);
    }

    /// <summary>What of a launch does not fit the kernel, in a sentence; null where all of it does.</summary>
    public string? Misfit(KernelDispatch launch)
    {
        if (launch.Specialization.Count != Constants)
            return $"{launch.Kernel} has {Constants} specialization constants; the launch gives {launch.Specialization.Count}.";
        if (launch.Operands.Count != Bindings.Count)
            return $"{launch.Kernel} has {Bindings.Count} bindings; the launch gives {launch.Operands.Count}.";
        for (int i = 0; i < Bindings.Count; i++)
            if (launch.IsTexels(i) != (Bindings[i] == BindingKind.Texels))
                return $"{launch.Kernel} reads binding {i} as {(launch.IsTexels(i) ? "a storage buffer" : "texels")}; the launch "
                    + $"gives {(launch.IsTexels(i) ? "texels" : "a storage buffer")}.";
        return null;
    }
}
