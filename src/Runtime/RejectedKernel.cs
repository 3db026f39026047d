namespace SoftPool;

/// <summary>A kernel, or a variant of several kernels, that failed the self-test and is therefore not used on the
/// device.</summary>
/// <param name="Kernel">The name of the kernel or variant: "winograd3x4x16", "linear_texel.fp16".</param>
/// <param name="Reason">The reason: "wrong: off by 5.0e-1 of the largest value for ...".</param>
public sealed record RejectedKernel(string Kernel, string Reason);
