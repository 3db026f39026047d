namespace SoftPool;

/// <summary>A kernel, or a variant of several kernels, that is not used on a device because it failed the
/// self-test.</summary>
/// <param name="Kernel">The name of the kernel or variant: "winograd3x4x16", "linear_texel.fp16".</param>
/// <param name="Reason">What it did: "wrong: off by 5.0E-001 of the largest value for ...".</param>
public sealed record RejectedKernel(string Kernel, string Reason);
