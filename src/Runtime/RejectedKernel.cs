namespace SoftPool;

/// <summary>A kernel, or a way to compute a layer by several, that is not used on a device because the self-test found fault with
/// it.</summary>
/// <param name="Kernel">Its name: "winograd3x4x16", "linear_texel.fp16".</param>
/// <param name="Reason">What it did, in words: "wrong: off by 5.0E-001 of the largest value for ...".</param>
public sealed record RejectedKernel(string Kernel, string Reason);
