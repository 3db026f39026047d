using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Maps in another size.</summary>
internal static class ResizeConverters
{
    private const int Rank = 4;

    public static Converter[] All { get; } =
    [
        new("Resize", "Upsample",
            "Images (N, C, H, W), along height and width; mode nearest, linear and cubic; "
            + "coordinate_transformation_mode but tf_crop_and_resize and tf_half_pixel_for_nn; nearest_mode, "
            + "cubic_coeff_a, exclude_outside, axes, keep_aspect_ratio_policy; constant scales or sizes. roi and "
            + "extrapolation_value have no influence. No antialias.", Resize),
        new("Upsample", "Upsample",
            "Images (N, C, H, W), along height and width; mode nearest and linear; scales as an attribute or a "
            + "constant input.", Upsample),
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
        step.Only("antialias", 0);
        step.Ignore("extrapolation_value"); // Of tf_crop_and_resize, as roi is.
        int[]? named = step.Ints("axes");
        Activation x = step.Layer(0);
        _ = step.Input(1);
        double[]? scales = Numbers(step, 2, "scales"), sizes = Numbers(step, 3, "sizes");
        Expect(x);
        int[] axes = [.. (named ?? [0, 1, 2, 3]).Select(axis => ImportStep.Axis(axis, Rank))];
        if (axes.Distinct().Count() != axes.Length)
            throw new RefusalException("axes name one twice");
        if (scales is null == sizes is null)
            throw new RefusalException("scales or sizes are expected, and not both");
        if ((scales ?? sizes)!.Length != axes.Length)
            throw new RefusalException(
                $"{(scales ?? sizes)!.Length} {(scales is null ? "sizes" : "scales")}; {axes.Length} are expected");
        (int[] size, double[] scale) = scales is not null
            ? (new int[Rank], OnAxes(axes, scales, 1))
            : Sizes(x.Shape, axes, [.. sizes!.Select((extent, i) => extent / x.Shape[axes[i]])], policy);
        // The tests of ONNX take scale n - 1 for the last place there, ONNX Runtime and PyTorch what it is.
        if (coordinates == UpsampleCoordinates.AlignCorners && scales is not null
            && scale.Where((factor, axis) => (float)(factor * x.Shape[axis]) % 1 != 0).Any())
            throw new RefusalException("align_corners with scales that do not give whole extents");
        return Add(step, x, new Upsample(
            new Size2d(size[2], size[3]), new Scale2d(scale[2], scale[3]), mode, coordinates)
        {
            NearestMode = rounding,
            CubicCoeffA = a,
            ExcludeOutside = excludes,
        }, size, scale);
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
        Expect(x);
        if (mode == UpsampleMode.Bicubic || scales?.Length != Rank)
            throw new RefusalException(
                $"mode {mode} and {scales?.Length ?? 0} scales; nearest or linear and {Rank} are supported");
        bool shrinks = scales[2] < 1 || scales[3] < 1;
        if (shrinks && (scales[2] > 1 || scales[3] > 1) && mode == UpsampleMode.Nearest)
            throw new RefusalException("one axis that grows and one that shrinks, in mode nearest");
        var factor = new Scale2d(scales[2], scales[3]);
        return Add(step, x, new Upsample(default, factor, mode, UpsampleCoordinates.Asymmetric)
        {
            NearestMode = shrinks ? UpsampleRounding.Ceil : UpsampleRounding.Floor,
        }, new int[Rank], scales);
    }

    private static Activation Add(ImportStep step, Activation x, Upsample op, int[] size, double[] scale)
    {
        for (int axis = 0; axis < 2; axis++)
            if (size[axis] > 0 ? size[axis] != x.Shape[axis] : scale[axis] != 1)
                throw new RefusalException(
                    "another extent of the batch or the channels; height and width alone are resized");
        return step.Add(op, x);
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
        double[] scale = OnAxes(axes, [.. axes.Select(_ => common)], policy == "stretch" ? 0 : 1);
        double[] factors = policy == "stretch" ? OnAxes(axes, ratios, 1) : scale;
        return ([.. shape.Select((extent, axis) => Rounded(extent * factors[axis]))], scale);

        static int Rounded(double extent) => extent is >= 0.5 and < int.MaxValue
            ? (int)Math.Floor(extent + 0.5)
            : throw new RefusalException($"an extent of {extent:0}");
    }

    private static double[] OnAxes(int[] axes, double[] values, double other)
    {
        double[] all = [.. Enumerable.Repeat(other, Rank)];
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

    private static void Expect(Activation x)
    {
        if (x.Shape.Length != Rank)
            throw new RefusalException($"an input of {x.Shape.Length - 2} axes; 2, (N, C, H, W), are supported");
    }

    /// <summary>A constant input; null where it is left out or empty.</summary>
    private static double[]? Numbers(ImportStep step, int index, string what) => step.Optional(index, what) switch
    {
        null or { Count: 0 } => null,
        { Count: > Rank } constant => throw new RefusalException($"{constant.Count} {what}"),
        { Ints: { } integers } => [.. integers().Select(number => (double)number)],
        { } constant => [.. constant.Numbers().Select(PointwiseConverters.Meant)],
    };
}
