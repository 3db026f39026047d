using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Conv, and the Pad before it.</summary>
internal static class ConvolutionConverters
{
    public static Converter[] All { get; } =
    [
        new("Conv", "Conv2d",
            "Images (N, C, H, W); constant weight and bias; group, dilations, strides, kernel_shape, pads, auto_pad. Padding that differs "
            + "between both ends of an axis becomes a ZeroPad2d.", Convolve),
        new("Pad",
            "the padding of the Conv or AveragePool behind it, else ZeroPad2d; ReflectionPad2d; ReplicationPad2d",
            "mode constant of 0, reflect and edge, around height and width; pads, value and axes as attributes or "
            + "constant inputs.", Pad),
    ];

    private static Activation Convolve(ImportStep step)
    {
        WindowAttributes attributes = WindowAttributes.Read(step);
        int groups = (int)Math.Clamp(step.Int("group", 1), 0, int.MaxValue);
        Activation x = step.Layer(0, padsToo: true);
        Constant weight = step.ConstantAt(1, "the weight");
        Constant? bias = step.Optional(2, "the bias");
        if (x.Shape.Length != 4)
            throw new RefusalException($"an input of {x.Shape.Length - 2} axes; 2, (N, C, H, W), are supported");
        if (weight.Shape.Length != 4 || weight.Floats is null)
            throw new RefusalException($"a weight of shape {string.Join('x', weight.Shape)}; 4 axes are expected");
        ResolvedWindow window = attributes.Resolve(x.Shape.AsSpan(2), weight.Shape[2..], x.Pads);
        // Padding that no window reaches makes no difference.
        ResolvedWindow symmetric = window with { Pads = [.. window.Begins, .. window.Begins] };
        if (Enumerable.Range(0, 2).All(axis => window.Places(axis, x.Layer.Shape[axis + 1], ceil: false)
            == symmetric.Places(axis, x.Layer.Shape[axis + 1], ceil: false)))
            window = symmetric;
        else
            (x, window) = (step.Padded(x, window.Pads), window with { Pads = [0, 0, 0, 0] });
        int channels = x.Layer.Shape[0], outputs = weight.Shape[0];
        if ((long)weight.Shape[1] * groups != channels)
            throw new RefusalException(
                $"a weight of shape {string.Join('x', weight.Shape)} in {groups} groups on {channels} channels");
        if (bias is not null && (bias.Floats is null || !bias.Shape.AsSpan().SequenceEqual([outputs])))
            throw new RefusalException($"a bias of shape {string.Join('x', bias.Shape)}; {outputs} is expected");
        var weights = new Dictionary<string, Func<float[]>> { ["weight"] = weight.Floats };
        if (bias?.Floats is { } values)
            weights["bias"] = values;
        var op = new Conv2d(channels, outputs, window.Kernel2d, window.Strides2d, window.Begins2d)
        {
            Dilation = window.Dilations2d,
            Groups = groups,
            Bias = bias is not null,
        };
        return step.Add(op, [x.Layer], weights, step.NameBy(weight));
    }

    private static Activation Pad(ImportStep step)
    {
        string mode = step.Text("mode", "constant");
        int[]? pads = step.Ints("pads") ?? step.Ints("paddings");
        float value = step.Float("value", 0);
        Activation x = step.Layer(0);
        pads ??= step.Integers(1, "pads");
        if (step.Optional(2, "the value") is { } constant)
            value = constant.Numbers() is [float only] ? only : throw new RefusalException("a value that is not one number");
        int rank = x.Shape.Length;
        if (step.Optional(3, "axes") is not null)
        {
            int[] axes = step.Axes(rank, 3)!, all = new int[2 * rank];
            if (pads.Length != 2 * axes.Length)
                throw new RefusalException($"pads has {pads.Length} numbers; {2 * axes.Length} are expected");
            for (int i = 0; i < axes.Length; i++)
                (all[axes[i]], all[rank + axes[i]]) = (pads[i], pads[axes.Length + i]);
            pads = all;
        }
        if (pads.Length != 2 * rank)
            throw new RefusalException($"pads has {pads.Length} numbers; {2 * rank} are expected");
        if (pads.All(pad => pad == 0))
            return x;
        if (mode is not ("constant" or "reflect" or "edge") || (mode == "constant" && value != 0))
            throw new RefusalException(mode == "constant" ? "a value other than 0" : $"mode {mode}");
        if (rank != 4 || pads.Min() < 0 || pads[0] + pads[1] + pads[4] + pads[5] != 0 || pads.Max() > ushort.MaxValue)
            throw new RefusalException(
                $"pads {WindowAttributes.Show(pads)}; what is put around height and width is supported");
        if (mode == "reflect")
            return step.Add(new ReflectionPad2d(pads[3], pads[7], pads[2], pads[6]), x);
        if (mode == "edge")
            return step.Add(new ReplicationPad2d(pads[3], pads[7], pads[2], pads[6]), x);
        return x with
        {
            Shape = [x.Shape[0], x.Shape[1], x.Shape[2] + pads[2] + pads[6], x.Shape[3] + pads[3] + pads[7]],
            Pads = [pads[2], pads[3], pads[6], pads[7]],
        };
    }
}
