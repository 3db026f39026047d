using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Operators.Pools;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>The mean of each window. Padding counts as zeros if <see cref="CountIncludePad"/> is true.</summary>
public abstract record AvgPooling : Pooling
{
    private protected AvgPooling()
    {
    }

    /// <summary>Whether the padding counts in the mean. Default: true, as in PyTorch. Cells that CeilMode adds beyond
    /// the padding never count.</summary>
    [JsonRequired]
    public bool CountIncludePad { get; init; } = true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => base.Attributes + (CountIncludePad ? "" : ", padding not counted");

    // What a mean is over depends on where its window lies.
    internal override bool TilesReachBeyond => false;

    internal override SpecializationConstant[] OwnConstants => [("COUNT_PADDING", CountIncludePad ? 1 : 0)];

    internal override VariantTable<Pooling> Variants => Table;

    private static VariantTable<Pooling> Table { get; } = new(
        new TiledPool("avgpool_tile"), new WidePool("avgpool", Passes: 1),
        new SlicedPool("avgpool", Passes: 1, PartsPerSlice: 1),
        new WindowPool("avgpool", Passes: 1));

    internal override void Compute<T>(ReferenceStep step) => AvgPoolReference.Compute<T>(this, step);
}

/// <summary>Average pooling over (C, L), as torch.nn.AvgPool1d.</summary>
/// <param name="KernelSize">The length of the window in cells.</param>
/// <param name="Stride">The step between windows in cells.</param>
/// <param name="Padding">The zeros that are added on each side, in cells; at most half the kernel.</param>
/// <param name="CeilMode">Whether the last window may reach beyond the padded input.</param>
public sealed record AvgPool1d(int KernelSize, int Stride, int Padding, bool CeilMode) : AvgPooling
{
    private protected override (int Axes, Window Window)? Sliding =>
        (1, Window.Of(KernelSize, Stride, Padding, CeilMode));
}

/// <summary>Average pooling over (C, H, W), as torch.nn.AvgPool2d.</summary>
/// <param name="KernelSize">The height and width of the window in pixels.</param>
/// <param name="Stride">The step between windows in pixels.</param>
/// <param name="Padding">The zeros that are added on each side, in pixels; at most half the kernel.</param>
/// <param name="CeilMode">Whether the last window may reach beyond the padded input.</param>
public sealed record AvgPool2d(Size2d KernelSize, Size2d Stride, Size2d Padding, bool CeilMode) : AvgPooling
{
    private protected override (int Axes, Window Window)? Sliding =>
        (2, Window.Of(KernelSize, Stride, Padding, CeilMode));
}

/// <summary>Average pooling over (C, D, H, W), as torch.nn.AvgPool3d.</summary>
/// <param name="KernelSize">The depth, height and width of the window in cells.</param>
/// <param name="Stride">The step between windows in cells.</param>
/// <param name="Padding">The zeros that are added on each side, in cells; at most half the kernel.</param>
/// <param name="CeilMode">Whether the last window may reach beyond the padded input.</param>
public sealed record AvgPool3d(Size3d KernelSize, Size3d Stride, Size3d Padding, bool CeilMode) : AvgPooling
{
    private protected override (int Axes, Window Window)? Sliding =>
        (3, Window.Of(KernelSize, Stride, Padding, CeilMode));
}

/// <summary>The mean of each channel, (C, ...) to (C, 1, ...), as torch.nn.AdaptiveAvgPool1d, 2d or 3d with an output
/// size of 1. The input has 1 to 3 axes after the channels.</summary>
public sealed record GlobalAvgPool : AvgPooling
{
    private protected override (int Axes, Window Window)? Sliding => null;
}
