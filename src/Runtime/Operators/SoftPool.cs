using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Operators.Pools;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>
/// The exponentially weighted mean of each window: y = sum_i w_i x_i, with softmax weights w. Finite for every finite
/// input: exponentials are taken of differences to the window's largest value. Padding takes no part.
/// </summary>
/// <param name="Weights">Whether each channel has its own weights or all share one.</param>
public abstract record SoftPooling(SoftPoolWeighting Weights) : Pooling
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => base.Attributes
        + (Weights == SoftPoolWeighting.PerChannel ? ", weights per channel" : ", weights shared across channels");

    private protected override TensorShape Infer(TensorShape input) => Enum.IsDefined(Weights)
        ? base.Infer(input)
        : throw new ShapeMismatchException($"{GetType().Name} takes weights per channel or shared; got {Weights}.");

    internal override void Compute<T>(ReferenceStep step) => SoftPoolReference.Compute<T>(this, step);

    internal override VariantTable<Pooling> Variants => Weights == SoftPoolWeighting.PerChannel ? PerChannel : Shared;

    private static VariantTable<Pooling> PerChannel { get; } = new(
        new TiledPool("softpool_tile"), new SlicedPool("softpool", Passes: 2, PartsPerSlice: 3),
        new WindowPool("softpool", Passes: 2));

    private static VariantTable<Pooling> Shared { get; } =
        new(new SharedSoftPoolByTiles(), new SharedSoftPoolBySlices(), new SharedSoftPool());
}

/// <summary>SoftPool over (C, L).</summary>
/// <param name="KernelSize">Length of the window in cells.</param>
/// <param name="Stride">The step from window to window in cells.</param>
/// <param name="Padding">Cells added on each side, at most half the kernel.</param>
/// <param name="CeilMode">Whether a last window may reach beyond the padded input.</param>
/// <param name="Weights">Whether each channel has its own weights or all share one.</param>
public sealed record SoftPool1d(int KernelSize, int Stride, int Padding, bool CeilMode, SoftPoolWeighting Weights)
    : SoftPooling(Weights)
{
    private protected override (int Axes, Window Window)? Sliding =>
        (1, Window.Of(KernelSize, Stride, Padding, CeilMode));
}

/// <summary>SoftPool over (C, H, W).</summary>
/// <param name="KernelSize">Height and width of the window in pixels.</param>
/// <param name="Stride">The step from window to window in pixels.</param>
/// <param name="Padding">Cells added on each side in pixels, at most half the kernel.</param>
/// <param name="CeilMode">Whether a last window may reach beyond the padded input.</param>
/// <param name="Weights">Whether each channel has its own weights or all share one.</param>
public sealed record SoftPool2d(
    Size2d KernelSize, Size2d Stride, Size2d Padding, bool CeilMode, SoftPoolWeighting Weights) : SoftPooling(Weights)
{
    private protected override (int Axes, Window Window)? Sliding =>
        (2, Window.Of(KernelSize, Stride, Padding, CeilMode));
}

/// <summary>SoftPool over (C, D, H, W).</summary>
/// <param name="KernelSize">Depth, height and width of the window in cells.</param>
/// <param name="Stride">The step from window to window in cells.</param>
/// <param name="Padding">Cells added on each side, at most half the kernel.</param>
/// <param name="CeilMode">Whether a last window may reach beyond the padded input.</param>
/// <param name="Weights">Whether each channel has its own weights or all share one.</param>
public sealed record SoftPool3d(
    Size3d KernelSize, Size3d Stride, Size3d Padding, bool CeilMode, SoftPoolWeighting Weights) : SoftPooling(Weights)
{
    private protected override (int Axes, Window Window)? Sliding =>
        (3, Window.Of(KernelSize, Stride, Padding, CeilMode));
}

/// <summary>SoftPool of each whole map, (C, ...) to (C, 1, ...).</summary>
/// <param name="Weights">Whether each channel has its own weights or all share one.</param>
public sealed record GlobalSoftPool(SoftPoolWeighting Weights) : SoftPooling(Weights)
{
    private protected override (int Axes, Window Window)? Sliding => null;
}
