namespace SoftPool.Kernels;

/// <summary>How a graph becomes launches.</summary>
/// <param name="Batch">The number of items computed at once.</param>
/// <param name="Fuse">Whether a kernel computes the pointwise operator that follows it, and a convolution takes the
/// batch norm behind it into its weights. With strict numerics it does not: that would give other bits.</param>
/// <param name="Fp16">Whether weights and activations are stored as 16-bit floats. Input and output are 32-bit ones all
/// the same.</param>
/// <param name="Numerics">Which arithmetic the kernels use.</param>
/// <param name="LargestBuffer">What one buffer of the device holds at most, in bytes; what can be split is
/// split.</param>
internal sealed record PlanOptions(
    int Batch = 1, bool Fuse = true, bool Fp16 = false, Numerics Numerics = Numerics.Fast,
    long LargestBuffer = long.MaxValue)
{
    /// <summary>The device that the plan is for.</summary>
    public DeviceTraits Device { get; init; } = DeviceTraits.Unknown;

    /// <summary>The most workgroups of a launch along x and y.</summary>
    public (uint X, uint Y) MostGroups { get; init; } = (uint.MaxValue, uint.MaxValue);

    /// <summary>After how many iterations the driver ends the loops of an invocation. A launch with more is
    /// refused.</summary>
    public long LargestIterations { get; init; } = long.MaxValue;

    /// <summary>Which of an operator's kernels are taken.</summary>
    public VariantChoice Variants { get; init; } = VariantChoice.Default;

    /// <summary>What a session was asked for, on a device whose buffers hold so many bytes.</summary>
    public static PlanOptions Of(SessionOptions options, DeviceTraits device, long largestBuffer) =>
        new(options.Batch, options.Fuse, options.Fp16, options.Numerics, largestBuffer) { Device = device };

    /// <summary>Which compilation of a kernel is launched.</summary>
    public KernelNumerics KernelNumerics =>
        Fp16 ? KernelNumerics.Fp16 : IsStrict ? KernelNumerics.Strict : KernelNumerics.Fast;

    public bool IsStrict => Numerics == Numerics.Strict;
}
