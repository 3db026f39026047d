using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Conv, and the Pad before it.</summary>
internal static class ConvolutionConverters
{
    public static Converter[] All { get; } =
    [
        new("Conv", "Conv2d, also of a row; Conv3d",
            "1 to 3 axes behind the channels; constant weight and bias; group, dilations, strides, "
            + "kernel_shape, pads, auto_pad. Padding that differs between both ends of an axis becomes a "
            + "ZeroPad2d or ConstantPad.", Convolve),
    ];

    private static Activation Convolve(ImportStep step)
    {
        WindowAttributes attributes = WindowAttributes.Read(step);
        int groups = (int)Math.Clamp(step.Int("group", 1), 0, int.MaxValue);
        Activation x = step.Layer(0, padsToo: true);
        Constant weight = step.ConstantAt(1, "the weight");
        Constant? bias = step.Optional(2, "the bias");
        int axes = x.Shape.Length - 2;
        if (axes is < 1 or > 3)
            throw new RefusalException($"an input of {axes} axes; 1 to 3 behind the channels are supported");
        if (weight.Floats is null)
            throw new RefusalException("a weight that is not of real numbers");
        if (weight.Shape.Length != axes + 2)
            throw new RefusalException(
                $"a weight of shape {string.Join('x', weight.Shape)}; {axes + 2} axes are expected");
        if (axes == 1)
        {
            // As an image of one row.
            attributes = attributes.OnARow();
            weight = weight with { Shape = [weight.Shape[0], weight.Shape[1], 1, weight.Shape[2]] };
            x = step.Add(new Reshape(new(x.Shape[1], 1, x.Shape[2])), x);
        }
        ResolvedWindow window = attributes.Resolve(x.Shape.AsSpan(2), weight.Shape[2..], x.Pads);
        // Padding that no window reaches makes no difference.
        ResolvedWindow symmetric = window with { Pads = [.. window.Begins, .. window.Begins] };
        if (Enumerable.Range(0, window.Kernel.Length).All(axis =>
            window.Places(axis, x.Layer.Shape[axis + 1], ceil: false)
            == symmetric.Places(axis, x.Layer.Shape[axis + 1], ceil: false)))
            window = symmetric;
        else
            (x, window) = (Padded(step, x, window), window with { Pads = new int[window.Pads.Length] });
        int channels = x.Layer.Shape[0], outputs = weight.Shape[0];
        if ((long)weight.Shape[1] * groups != channels)
            throw new RefusalException(
                $"a weight of shape {string.Join('x', weight.Shape)} in {groups} groups on {channels} channels");
        if (bias is not null && (bias.Floats is null || !bias.Shape.AsSpan().SequenceEqual([outputs])))
            throw new RefusalException($"a bias of shape {string.Join('x', bias.Shape)}; {outputs} is expected");
        var weights = new Dictionary<string, Func<float[]>> { ["weight"] = weight.Floats };
        if (bias?.Floats is { } values)
            weights["bias"] = values;
        if (axes == 3)
            return step.Add(
                new Conv3d(channels, outputs, Size(window.Kernel), Size(window.Strides), Size(window.Begins))
                {
                    Dilation = Size(window.Dilations),
                    Groups = groups,
                    Bias = bias is not null,
                }, [x.Layer], weights, step.NameBy(weight));
        var op = new Conv2d(channels, outputs, window.Kernel2d, window.Strides2d, window.Begins2d)
        {
            Dilation = window.Dilations2d,
            Groups = groups,
            Bias = bias is not null,
        };
        Activation y = step.Add(op, [x.Layer], weights, step.NameBy(weight));
        return axes == 2 ? y : step.Add(new Reshape(new(y.Shape[1], y.Shape[3])), y);

        static Size3d Size(int[] numbers) => new(numbers[0], numbers[1], numbers[2]);
    }

    private static Activation Padded(ImportStep step, Activation x, ResolvedWindow window)
    {
        if (window.Kernel.Length == 2)
            return step.Padded(x, window.Pads);
        for (int axis = 0; axis < window.Kernel.Length; axis++)
            if (window.Begins[axis] > 0 || window.Ends[axis] > 0)
                x = step.Add(new ConstantPad(axis + 2, window.Begins[axis], window.Ends[axis], 0), x);
        return x;
    }
}
