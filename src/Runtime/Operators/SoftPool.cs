using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Operators.Pools;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>The exponentially weighted mean of each window: y = sum_i w_i x_i, with softmax weights w. Finite for every
/// finite input, because the window's largest value is subtracted before the exponentials. Padding is
/// ignored.</summary>
/// <param name="Weights">Whether each channel has its own weights or all channels share the weights.</param>
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
        new TiledPool("softpool_tile"), new WidePool("softpool", Passes: 3),
        new SlicedPool("softpool", Passes: 2, PartsPerSlice: 3),
        new WindowPool("softpool", Passes: 2));

    private static VariantTable<Pooling> Shared { get; } =
        new(new SharedSoftPoolByTiles(), new SharedSoftPoolBySlices(), new SharedSoftPool());
}

/// <summary>SoftPool over (C, L).</summary>
/// <param name="KernelSize">The length of the window in cells.</param>
/// <param name="Stride">The step between windows in cells.</param>
/// <param name="Padding">The padding on each side, in cells; at most half the kernel.</param>
/// <param name="CeilMode">Whether the last window may reach beyond the padded input.</param>
/// <param name="Weights">Whether each channel has its own weights or all channels share the weights.</param>
public sealed record SoftPool1d(int KernelSize, int Stride, int Padding, bool CeilMode, SoftPoolWeighting Weights)
    : SoftPooling(Weights)
{
    private protected override (int Axes, Window Window)? Sliding =>
        (1, Window.Of(KernelSize, Stride, Padding, CeilMode));
}

/// <summary>SoftPool over (C, H, W).</summary>
/// <param name="KernelSize">The height and width of the window in pixels.</param>
/// <param name="Stride">The step between windows in pixels.</param>
/// <param name="Padding">The padding on each side, in pixels; at most half the kernel.</param>
/// <param name="CeilMode">Whether the last window may reach beyond the padded input.</param>
/// <param name="Weights">Whether each channel has its own weights or all channels share the weights.</param>
public sealed record SoftPool2d(
    Size2d KernelSize, Size2d Stride, Size2d Padding, bool CeilMode, SoftPoolWeighting Weights) : SoftPooling(Weights)
{
    private protected override (int Axes, Window Window)? Sliding =>
        (2, Window.Of(KernelSize, Stride, Padding, CeilMode));
}

/// <summary>SoftPool over (C, D, H, W).</summary>
/// <param name="KernelSize">The depth, height and width of the window in cells.</param>
/// <param name="Stride">The step between windows in cells.</param>
/// <param name="Padding">The padding on each side, in cells; at most half the kernel.</param>
/// <param name="CeilMode">Whether the last window may reach beyond the padded input.</param>
/// <param name="Weights">Whether each channel has its own weights or all channels share the weights.</param>
public sealed record SoftPool3d(
    Size3d KernelSize, Size3d Stride, Size3d Padding, bool CeilMode, SoftPoolWeighting Weights) : SoftPooling(Weights)
{
    private protected override (int Axes, Window Window)? Sliding =>
        (3, Window.Of(KernelSize, Stride, Padding, CeilMode));
}

/// <summary>SoftPool over all positions of each channel, (C, ...) to (C, 1, ...). The input has 1 to 3 axes after the
/// channels.</summary>
/// <param name="Weights">Whether each channel has its own weights or all channels share the weights.</param>
public sealed record GlobalSoftPool(SoftPoolWeighting Weights) : SoftPooling(Weights)
{
    private protected override (int Axes, Window Window)? Sliding => null;
}
