using SoftPool.Kernels;

namespace SoftPool.Operators.Pools;

/// <summary>The largest value along one axis after the other: the same values, each in as many loop iterations as the
/// window is long on that axis.</summary>
internal sealed record MaxPoolByAxes : Variant<Pooling>
{
    private const string Kernel = "maxpool";

    public override string Name => "maxpool_axes";

    public override bool Takes(Pooling op, LoweringStep step) => op.SplitsWindows(step.InputShape);

    public override double Cost(Pooling op, LoweringStep step) => 1;

    public override void Lower(Pooling op, LoweringStep step)
    {
        Window window = op.WindowOn(step.InputShape);
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
            bool texels = step.TakesTexels(Kernel, from.Count);
            step.Dispatch(
                Kernel, step.Shape(part, map, windows), GroupCount.Linear(count), texels ? 1u : 0,
                PoolLaunches.WindowIterations(part.Kernel, map), from, to);
            (from, map) = (to, windows);
        }
    }
}
