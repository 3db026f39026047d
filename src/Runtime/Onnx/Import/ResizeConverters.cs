using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Maps in another size.</summary>
internal static class ResizeConverters
{
    private const int MostAxes = 9;

    public static Converter[] All { get; } =
    [
        new("Resize", "Upsample; IndexSelect; Permute and Linear",
            "Mode nearest, linear and cubic; coordinate_transformation_mode but tf_crop_and_resize and "
            + "tf_half_pixel_for_nn; nearest_mode, cubic_coeff_a, exclude_outside, antialias, axes, "
            + "keep_aspect_ratio_policy; constant scales or sizes. roi and extrapolation_value have no influence. "
            + "Axes other than the height and width of (N, C, H, W), and antialias, by IndexSelect, or Permute and "
            + "Linear. Not of the batch.", Resize),
        new("Upsample", "Upsample; IndexSelect; Permute and Linear",
            "Mode nearest and linear; scales as an attribute or a constant input. Not of the batch.", Upsample),
    ];

    private static Activation Resize(ImportStep step)
    {
        UpsampleMode mode = Mode(step);
        if (step.Opset < 11)
            return ByOldRules(step, mode, step.Layer(0), Numbers(step, 1, "scales"));
        UpsampleCoordinates coordinates = step.Text("coordinate_transformation_mode", "half_pixel") switch
        {
            "half_pixel" => UpsampleCoordinates.HalfPixel,
            "pytorch_half_pixel" => UpsampleCoordinates.PytorchHalfPixel,
            "half_pixel_symmetric" => UpsampleCoordinates.HalfPixelSymmetric,
            "asymmetric" => UpsampleCoordinates.Asymmetric,
            "align_corners" => UpsampleCoordinates.AlignCorners,
            string other => throw new RefusalException($"attribute coordinate_transformation_mode is {other}"),
        };
        UpsampleRounding rounding = step.Text("nearest_mode", "round_prefer_floor") switch
        {
            "round_prefer_floor" => UpsampleRounding.RoundPreferFloor,
            "round_prefer_ceil" => UpsampleRounding.RoundPreferCeil,
            "floor" => UpsampleRounding.Floor,
            "ceil" => UpsampleRounding.Ceil,
            string other => throw new RefusalException($"attribute nearest_mode is {other}"),
        };
        double a = PointwiseConverters.Meant(step.Float("cubic_coeff_a", -0.75f));
        bool excludes = step.Int("exclude_outside", 0) != 0;
        if (excludes && mode != UpsampleMode.Bicubic)
            throw new RefusalException("attribute exclude_outside is 1 in a mode other than cubic");
        string policy = step.Text("keep_aspect_ratio_policy", "stretch");
        bool antialias = step.Int("antialias", 0) != 0;
        step.Ignore("extrapolation_value"); // Of tf_crop_and_resize, as roi is.
        int[]? named = step.Ints("axes");
        Activation x = step.Layer(0);
        _ = step.Input(1);
        double[]? scales = Numbers(step, 2, "scales"), sizes = Numbers(step, 3, "sizes");
        int rank = x.Shape.Length;
        int[] axes = [.. (named ?? [.. Enumerable.Range(0, rank)]).Select(axis => ImportStep.Axis(axis, rank))];
        if (axes.Distinct().Count() != axes.Length)
            throw new RefusalException("axes name one twice");
        if (scales is null == sizes is null)
            throw new RefusalException("scales or sizes are expected, and not both");
        if ((scales ?? sizes)!.Length != axes.Length)
            throw new RefusalException(
                $"{(scales ?? sizes)!.Length} {(scales is null ? "sizes" : "scales")}; {axes.Length} are expected");
        (int[] size, double[] scale) = scales is not null
            ? (new int[rank], OnAxes(rank, axes, scales, 1))
            : Sizes(x.Shape, axes, [.. sizes!.Select((extent, i) => extent / x.Shape[axes[i]])], policy);
        // The tests of ONNX take scale n - 1 for the last place there, ONNX Runtime and PyTorch what it is.
        if (coordinates == UpsampleCoordinates.AlignCorners && scales is not null
            && scale.Where((factor, axis) => (float)(factor * x.Shape[axis]) % 1 != 0).Any())
            throw new RefusalException("align_corners with scales that do not give whole extents");
        return Resized(step, x, new Upsample(default, default, mode, coordinates)
        {
            NearestMode = rounding,
            CubicCoeffA = a,
            ExcludeOutside = excludes,
        }, size, scale, antialias && mode != UpsampleMode.Nearest);
    }

    private static Activation Upsample(ImportStep step)
    {
        if (step.Opset > 9)
            throw new RefusalException($"there is none in operator set {step.Opset}");
        UpsampleMode mode = Mode(step);
        double[]? scales = step.Attribute<IReadOnlyList<float>?>("scales", null) is { } attribute
            ? [.. attribute.Select(PointwiseConverters.Meant)]
            : null;
        Activation x = step.Layer(0);
        return ByOldRules(step, mode, x, scales ?? Numbers(step, 1, "scales"));
    }

    /// <summary>Before set 11: places are counted from the first corner, and the nearest is the one before, or behind
    /// where a map shrinks.</summary>
    private static Activation ByOldRules(ImportStep step, UpsampleMode mode, Activation x, double[]? scales)
    {
        if (mode == UpsampleMode.Bicubic || scales?.Length != x.Shape.Length)
            throw new RefusalException(
                $"mode {mode} and {scales?.Length ?? 0} scales; nearest or linear and {x.Shape.Length} are supported");
        bool shrinks = scales.Min() < 1;
        if (shrinks && scales.Max() > 1 && mode == UpsampleMode.Nearest)
            throw new RefusalException("one axis that grows and one that shrinks, in mode nearest");
        return Resized(step, x, new Upsample(default, default, mode, UpsampleCoordinates.Asymmetric)
        {
            NearestMode = shrinks ? UpsampleRounding.Ceil : UpsampleRounding.Floor,
        }, new int[scales.Length], scales, antialias: false);
    }

    /// <summary>Height and width by the operator for them; other axes, and means over what a pixel covers, axis by
    /// axis.</summary>
    private static Activation Resized(
        ImportStep step, Activation x, Upsample op, int[] size, double[] scale, bool antialias)
    {
        if (Changes(0))
            throw new RefusalException("another extent of the batch");
        if (x.Shape.Length == 4 && !Changes(1) && !antialias)
            return step.Add(
                op with { Size = new Size2d(size[2], size[3]), ScaleFactor = new Scale2d(scale[2], scale[3]) }, x);
        for (int axis = 1; axis < size.Length; axis++)
            if (Changes(axis))
                x = OnAxis(step, x, axis, op, size[axis], scale[axis], antialias);
        return x;

        bool Changes(int axis) => size[axis] > 0 ? size[axis] != x.Shape[axis] : scale[axis] != 1;
    }

    private static Activation OnAxis(
        ImportStep step, Activation x, int axis, Upsample op, int size, double scale, bool antialias)
    {
        int from = x.Shape[axis];
        double product = scale * from;
        int to = size > 0 ? size : product is >= 1 and < ushort.MaxValue ? (int)MathF.Floor((float)product)
            : throw new RefusalException($"an extent of {product:0}");
        if (to > ushort.MaxValue || from > ushort.MaxValue)
            throw new RefusalException($"{from} places of an axis to {to}");
        TapAxis taps = UpsampleAxis.Of(op, from, to, scale, antialias);
        if (op.Mode == UpsampleMode.Nearest)
            return step.Add(new IndexSelect(axis, [.. taps.Places.Select(place => (int)place)]), x);
        int rank = x.Layer.Shape.Rank;
        int[] order = [.. Enumerable.Range(1, rank).Where(dim => dim != axis), axis];
        bool isLast = axis == rank;
        Activation moved = isLast ? x : step.Add(new Permute(order), x);
        Activation resized = step.Add(
            new Linear(from, to) { Bias = false }, [moved.Layer],
            new Dictionary<string, Func<float[]>> { ["weight"] = () => Matrix(taps, from, to) });
        return isLast ? resized : step.Add(
            new Permute([.. Enumerable.Range(1, rank).Select(dim => Array.IndexOf(order, dim) + 1)]), resized);
    }

    /// <summary>(to, from).</summary>
    private static float[] Matrix(TapAxis taps, int from, int to)
    {
        var sums = new double[(long)to * from];
        for (int i = 0; i < taps.Places.Length; i++)
            sums[i / taps.Taps * from + (int)taps.Places[i]] += taps.Weights[i];
        return [.. sums.Select(sum => (float)sum)];
    }

    /// <summary>The output's extents, and the factors that places are computed with: none where the extents say
    /// all.</summary>
    private static (int[] Size, double[] Scale) Sizes(int[] shape, int[] axes, double[] ratios, string policy)
    {
        double common = policy switch
        {
            "stretch" => 0,
            "not_larger" => ratios.Min(),
            "not_smaller" => ratios.Max(),
            _ => throw new RefusalException($"attribute keep_aspect_ratio_policy is {policy}"),
        };
        double[] scale = OnAxes(shape.Length, axes, [.. axes.Select(_ => common)], policy == "stretch" ? 0 : 1);
        double[] factors = policy == "stretch" ? OnAxes(shape.Length, axes, ratios, 1) : scale;
        return ([.. shape.Select((extent, axis) => Rounded(extent * factors[axis]))], scale);

        static int Rounded(double extent) => extent is >= 0.5 and < int.MaxValue
            ? (int)Math.Floor(extent + 0.5)
            : throw new RefusalException($"an extent of {extent:0}");
    }

    private static double[] OnAxes(int rank, int[] axes, double[] values, double other)
    {
        double[] all = [.. Enumerable.Repeat(other, rank)];
        for (int i = 0; i < axes.Length; i++)
            all[axes[i]] = values[i];
        return all;
    }

    private static UpsampleMode Mode(ImportStep step) => step.Text("mode", "nearest") switch
    {
        "nearest" => UpsampleMode.Nearest,
        "linear" => UpsampleMode.Bilinear,
        "cubic" => UpsampleMode.Bicubic,
        string other => throw new RefusalException($"attribute mode is {other}"),
    };

    /// <summary>A constant input; null where it is left out or empty.</summary>
    private static double[]? Numbers(ImportStep step, int index, string what) => step.Optional(index, what) switch
    {
        null or { Count: 0 } => null,
        { Count: > MostAxes } constant => throw new RefusalException($"{constant.Count} {what}"),
        { Ints: { } integers } => [.. integers().Select(number => (double)number)],
        { } constant => [.. constant.Numbers().Select(PointwiseConverters.Meant)],
    };
}
