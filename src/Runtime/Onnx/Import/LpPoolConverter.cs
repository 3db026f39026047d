using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Pools by a norm: the mean of the magnitudes or squares of a window's cells, times their number.</summary>
internal static class LpPoolConverter
{
    public static Converter[] All { get; } =
    [
        new("LpPool", "Multiply or Abs, an AvgPool, BatchNorm2d, and Sqrt",
            "kernel_shape, strides, pads, auto_pad, p of 1 or 2. No dilations, no ceil_mode.", Pool),
    ];

    private static Activation Pool(ImportStep step)
    {
        WindowAttributes attributes = WindowAttributes.Read(step);
        bool isOfSquares = ReductionConverters.NormOf(step.Int("p", 2)) == Reduction.L2;
        step.Only("ceil_mode", 0);
        Activation x = step.Layer(0);
        int axes = x.Shape.Length - 2;
        if (axes is < 1 or > 3)
            throw new RefusalException($"an input of {axes} axes; 1 to 3 behind the channels are supported");
        ResolvedWindow window = attributes.Resolve(x.Shape.AsSpan(2));
        if (window.Dilations.Any(dilation => dilation != 1))
            throw new RefusalException(
                $"attribute dilations is {WindowAttributes.Show(window.Dilations)}; only 1 is supported");
        // Zeros around the map add nothing to a norm.
        if (!window.IsSymmetric)
            (x, window) = axes == 2
                ? (step.Padded(x, window.Pads), window with { Pads = [0, 0, 0, 0] })
                : throw window.Asymmetric();
        Activation terms = isOfSquares
            ? step.Add(new Multiply(), [x.Layer, x.Layer])
            : step.Add(new Abs(), x);
        Activation mean = step.Add(
            PoolingConverters.Operator(window, ceil: false, isMax: false, countsPads: true, terms), terms);
        Activation sum = Affine.Apply(step, mean, window.Kernel.Aggregate(1, (cells, extent) => cells * extent), 0);
        return isOfSquares ? step.Add(new Sqrt(), sum) : sum;
    }
}
