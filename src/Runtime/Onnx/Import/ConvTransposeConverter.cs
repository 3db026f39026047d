using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>ConvTranspose, and all that says how large its output is.</summary>
internal static class ConvTransposeConverter
{
    public static Converter[] All { get; } =
    [
        new("ConvTranspose", "ConvTranspose2d, also of a row, and Slice where its ends differ",
            "1 or 2 axes behind the channels; constant weight and bias; group, dilations, strides, kernel_shape, pads, "
            + "output_padding, output_shape, auto_pad. What is left out at one end of an axis and not at "
            + "the other is cut by Slice.",
            Convolve),
    ];

    private static Activation Convolve(ImportStep step)
    {
        WindowAttributes attributes = WindowAttributes.Read(step);
        int[]? more = step.Ints("output_padding");
        int[]? shape = step.Ints("output_shape");
        int groups = (int)Math.Clamp(step.Int("group", 1), 0, int.MaxValue);
        Activation x = step.Layer(0);
        Constant weight = step.ConstantAt(1, "the weight");
        Constant? bias = step.Optional(2, "the bias");
        int axes = x.Shape.Length - 2;
        if (axes is < 1 or > 2 || weight.Shape.Length != axes + 2)
            throw new RefusalException(
                $"an input of {axes} axes and a weight of shape {string.Join('x', weight.Shape)}; 1 or 2 axes "
                + "behind the channels of both are supported");
        if (axes == 1)
        {
            // As an image of one row.
            attributes = attributes.OnARow();
            weight = weight with { Shape = [weight.Shape[0], weight.Shape[1], 1, weight.Shape[2]] };
            more = WindowAttributes.Before(more, 0);
            shape = shape is null ? null : [1, shape[^1]];
            x = step.Add(new Reshape(new(x.Shape[1], 1, x.Shape[2])), x);
        }
        more ??= [0, 0];
        if (weight.Floats is null || weight.Shape[0] != x.Shape[1])
            throw new RefusalException($"a weight of shape {string.Join('x', weight.Shape)} on {x.Shape[1]} channels");
        long outputs = (long)weight.Shape[1] * groups;
        if (outputs is < 1 or > int.MaxValue)
            throw new RefusalException($"a weight of shape {string.Join('x', weight.Shape)} in {groups} groups");
        if (bias is not null && (bias.Floats is null || !bias.Shape.AsSpan().SequenceEqual([(int)outputs])))
            throw new RefusalException($"a bias of shape {string.Join('x', bias.Shape)}; {outputs} is expected");
        if (more.Length != 2)
            throw new RefusalException($"attribute output_padding has {more.Length} numbers; 2 are expected");
        // auto_pad means something else here than what it means for a window that slides.
        bool isSame = attributes is { AutoPad: "SAME_UPPER" or "SAME_LOWER" };
        if (isSame && attributes.Pads is { } pads && pads.Any(pad => pad != 0))
            throw new RefusalException(
                $"attributes pads {WindowAttributes.Show(pads)} and auto_pad {attributes.AutoPad} exclude each other");
        ResolvedWindow window = (isSame ? attributes with { AutoPad = "VALID" } : attributes)
            .Resolve(x.Shape.AsSpan(2), weight.Shape[2..]);
        if (shape is { Length: 4 })
            shape = shape[2..];
        if (shape is not null && shape.Length != 2)
            throw new RefusalException($"attribute output_shape has {shape.Length} numbers; 2 are expected");
        var ends = new AxisEnds[2];
        for (int axis = 0; axis < 2; axis++)
            ends[axis] = Ends(
                axis, x.Shape[axis + 2], window, attributes.AutoPad, more[axis],
                shape is not null ? shape[axis] : isSame ? (long)x.Shape[axis + 2] * window.Strides[axis] : null);
        var weights = new Dictionary<string, Func<float[]>> { ["weight"] = weight.Floats };
        if (bias?.Floats is { } values)
            weights["bias"] = values;
        var op = new ConvTranspose2d(
            x.Shape[1], (int)outputs, window.Kernel2d, window.Strides2d, new Size2d(ends[0].Padding, ends[1].Padding))
        {
            OutputPadding = new Size2d(ends[0].OutputPadding, ends[1].OutputPadding),
            Dilation = window.Dilations2d,
            Groups = groups,
            Bias = bias is not null,
        };
        Activation y = step.Add(op, [x.Layer], weights, step.NameBy(weight));
        for (int axis = 0; axis < 2; axis++)
            if (ends[axis].Cut is { } cut)
                y = SliceConverters.Of(step, y, new Slice(axis + 2, cut.Start, cut.Length, 1));
        return axes == 2 ? y : step.Add(new Reshape(new(y.Shape[1], y.Shape[3])), y);
    }

    /// <summary>What is left out at both ends of an axis, as PyTorch has it: the same at each, but for what is put on
    /// at the end again. Where that is not enough, the whole axis is computed and cut.</summary>
    private static AxisEnds Ends(int axis, int extent, ResolvedWindow window, string autoPad, int more, long? wanted)
    {
        int stride = window.Strides[axis], dilation = window.Dilations[axis];
        long whole = (extent - 1L) * stride + (long)dilation * (window.Kernel[axis] - 1) + 1 + more;
        long begin = window.Begins[axis], end = window.Ends[axis];
        if (wanted is { } length)
        {
            long total = Math.Max(whole - length, 0);
            begin = autoPad == "SAME_UPPER" ? total / 2 : total - total / 2;
            end = whole - length - begin;
        }
        long left = whole - begin - end;
        if (begin < 0 || more < 0 || left < 1 || whole > int.MaxValue || left > int.MaxValue)
            throw new RefusalException(
                $"an axis of {whole} with {begin} left out at its beginning and {end} at its end");
        long outputPadding = more + begin - end;
        return outputPadding >= 0 && outputPadding < Math.Max(stride, dilation)
            ? new AxisEnds((int)begin, (int)outputPadding)
            : new AxisEnds(0, (int)Math.Clamp(more - end, 0, int.MaxValue), ((int)begin, (int)left));
    }

    private readonly record struct AxisEnds(int Padding, int OutputPadding, (int Start, int Length)? Cut = null);
}
