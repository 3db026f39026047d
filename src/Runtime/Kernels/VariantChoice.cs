namespace SoftPool.Kernels;

/// <summary>Which of several kernels computes a layer on a device.</summary>
/// <param name="Forced">The variant to take wherever it can be taken; for tests and measurements.</param>
/// <param name="RejectedKernels">What is not to be used on this driver, by <see cref="KernelLaunch.JudgedAs"/>.</param>
/// <param name="Best">The variants that were measured to be the fastest, by the layer's key.</param>
internal sealed record VariantChoice(
    string? Forced = null, IReadOnlyCollection<string>? RejectedKernels = null,
    IReadOnlyDictionary<string, string>? Best = null)
{
    public static VariantChoice Default { get; } = new();
}
