using SoftPool.Kernels;
using SoftPool.Operators.Pools;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>The largest value of each window; NaN if the window contains NaN. Padding is ignored.</summary>
public abstract record MaxPooling : Pooling
{
    private protected MaxPooling()
    {
    }

    internal override void Compute<T>(ReferenceStep step) => MaxPoolReference.Compute(this, step);

    internal override bool SplitsWindows(TensorShape input) =>
        PoolLaunches.WindowIterations(WindowOn(input).Kernel, Window.Extents(input)) > LoopIterations.Many;

    internal override VariantTable<Pooling> Variants => Table;

    private static VariantTable<Pooling> Table { get; } =
        new(new TiledPool("maxpool_tile"), new MaxPoolByAxes(), new WindowPool("maxpool", Passes: 1));
}

/// <summary>Max pooling over (C, L), as torch.nn.MaxPool1d.</summary>
/// <param name="KernelSize">The length of the window in cells.</param>
/// <param name="Stride">The step between windows in cells.</param>
/// <param name="Padding">The padding on each side, in cells; at most half the kernel.</param>
/// <param name="CeilMode">Whether the last window may reach beyond the padded input.</param>
public sealed record MaxPool1d(int KernelSize, int Stride, int Padding, bool CeilMode) : MaxPooling
{
    private protected override (int Axes, Window Window)? Sliding =>
        (1, Window.Of(KernelSize, Stride, Padding, CeilMode));
}

/// <summary>Max pooling over (C, H, W), as torch.nn.MaxPool2d.</summary>
/// <param name="KernelSize">The height and width of the window in pixels.</param>
/// <param name="Stride">The step between windows in pixels.</param>
/// <param name="Padding">The padding on each side, in pixels; at most half the kernel.</param>
/// <param name="CeilMode">Whether the last window may reach beyond the padded input.</param>
public sealed record MaxPool2d(Size2d KernelSize, Size2d Stride, Size2d Padding, bool CeilMode) : MaxPooling
{
    private protected override (int Axes, Window Window)? Sliding =>
        (2, Window.Of(KernelSize, Stride, Padding, CeilMode));
}

/// <summary>Max pooling over (C, D, H, W), as torch.nn.MaxPool3d.</summary>
/// <param name="KernelSize">The depth, height and width of the window in cells.</param>
/// <param name="Stride">The step between windows in cells.</param>
/// <param name="Padding">The padding on each side, in cells; at most half the kernel.</param>
/// <param name="CeilMode">Whether the last window may reach beyond the padded input.</param>
public sealed record MaxPool3d(Size3d KernelSize, Size3d Stride, Size3d Padding, bool CeilMode) : MaxPooling
{
    private protected override (int Axes, Window Window)? Sliding =>
        (3, Window.Of(KernelSize, Stride, Padding, CeilMode));
}
