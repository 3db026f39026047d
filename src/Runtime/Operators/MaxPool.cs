using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>The largest value of each window; NaN if one is. Padding takes no part.</summary>
public abstract record MaxPooling : Pooling
{
    private protected MaxPooling()
    {
    }

    internal override void Compute<T>(ReferenceStep step) => MaxPoolReference.Compute(this, step);

    internal override void Lower(LoweringStep step)
    {
        if (WindowTurns(step) <= Turns.Many)
            DispatchTiles(step, "maxpool", passes: 1);
        else
            LowerByAxes(step);
    }

    /// <summary>Along one axis after the other: the same values, each in as many turns as the window is long on an axis.</summary>
    private void LowerByAxes(LoweringStep step)
    {
        Window window = WindowOn(step.InputShape);
        (Size3d kernel, Size3d stride, Size3d padding) = (window.Kernel, window.Stride, window.Padding);
        Size3d map = Window.Extents(step.InputShape), places = Window.Extents(step.OutputShape);
        Operand from = step.Input;
        Pass(
            new(new(1, 1, kernel.Width), new(1, 1, stride.Width), new(0, 0, padding.Width), 1),
            map with { Width = places.Width }, isLast: false);
        Pass(
            new(new(1, kernel.Height, 1), new(1, stride.Height, 1), new(0, padding.Height, 0), 1),
            map with { Height = places.Height }, isLast: kernel.Depth == 1 && stride.Depth == 1);
        if (from != step.Output)
            Pass(new(new(kernel.Depth, 1, 1), new(stride.Depth, 1, 1), new(padding.Depth, 0, 0), 1), places, isLast: true);

        void Pass(Window part, Size3d windows, bool isLast)
        {
            long count = (long)step.Batch * step.InputShape[0] * windows.Depth * windows.Height * windows.Width;
            Operand to = isLast ? step.Output : new Activation(count, step.Options.Fp16);
            bool texels = step.TakesTexels("maxpool", from.Count);
            step.Dispatch(
                "maxpool", Shape(step, part, map, windows), GroupCount.Linear(count), texels ? 1u : 0,
                WindowTurns(part.Kernel, map), from, to);
            (from, map) = (to, windows);
        }
    }
}

/// <summary>Max pooling over (C, L), as torch.nn.MaxPool1d.</summary>
/// <param name="KernelSize">Length of the window in cells.</param>
/// <param name="Stride">The step from window to window in cells.</param>
/// <param name="Padding">Cells added on each side, at most half the kernel.</param>
/// <param name="CeilMode">Whether a last window may reach beyond the padded input.</param>
public sealed record MaxPool1d(int KernelSize, int Stride, int Padding, bool CeilMode) : MaxPooling
{
    private protected override (int Axes, Window Window)? Sliding => (1, Window.Of(KernelSize, Stride, Padding, CeilMode));
}

/// <summary>Max pooling over (C, H, W), as torch.nn.MaxPool2d.</summary>
/// <param name="KernelSize">Height and width of the window in pixels.</param>
/// <param name="Stride">The step from window to window in pixels.</param>
/// <param name="Padding">Cells added on each side in pixels, at most half the kernel.</param>
/// <param name="CeilMode">Whether a last window may reach beyond the padded input.</param>
public sealed record MaxPool2d(Size2d KernelSize, Size2d Stride, Size2d Padding, bool CeilMode) : MaxPooling
{
    private protected override (int Axes, Window Window)? Sliding => (2, Window.Of(KernelSize, Stride, Padding, CeilMode));
}

/// <summary>Max pooling over (C, D, H, W), as torch.nn.MaxPool3d.</summary>
/// <param name="KernelSize">Depth, height and width of the window in cells.</param>
/// <param name="Stride">The step from window to window in cells.</param>
/// <param name="Padding">Cells added on each side, at most half the kernel.</param>
/// <param name="CeilMode">Whether a last window may reach beyond the padded input.</param>
public sealed record MaxPool3d(Size3d KernelSize, Size3d Stride, Size3d Padding, bool CeilMode) : MaxPooling
{
    private protected override (int Axes, Window Window)? Sliding => (3, Window.Of(KernelSize, Stride, Padding, CeilMode));
}
