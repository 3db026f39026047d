namespace SoftPool.Kernels;

/// <summary>What a kernel's numbers are.</summary>
internal enum KernelNumerics
{
    /// <summary>Stored in 32 bits, in the device's arithmetic.</summary>
    Fast,

    /// <summary>Stored in 16 bits.</summary>
    Fp16,

    /// <summary>Stored in 32 bits, with the same bits on every device.</summary>
    Strict,
}

/// <summary>Which kernel: a shader, and the form that it was compiled in.</summary>
/// <param name="Shader">The shader's file name without its ending: conv2d.</param>
/// <param name="Numerics">What its numbers are.</param>
/// <param name="ReadsTexels">Whether it reads some of its bindings as texels of four elements.</param>
internal readonly record struct KernelId(
    string Shader, KernelNumerics Numerics = KernelNumerics.Fast, bool ReadsTexels = false)
{
    /// <summary>What the names of this form end in.</summary>
    public static string EndingOf(KernelNumerics numerics) => numerics switch
    {
        KernelNumerics.Fp16 => ".fp16",
        KernelNumerics.Strict => ".strict",
        _ => "",
    };

    /// <summary>What the build has named the compiled module: conv2d_texel.fp16.</summary>
    public override string ToString() => Shader + (ReadsTexels ? "_texel" : "") + EndingOf(Numerics);
}
