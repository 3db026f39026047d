using SoftPool.Operators;

namespace SoftPool.Trainer.Onnx;

/// <summary>How each operator becomes nodes of ONNX.</summary>
internal static class OnnxOperators
{
    /// <summary>Adds the nodes of a layer.</summary>
    /// <returns>The name of the value that the layer gives; null where ONNX has nothing for the operator.</returns>
    /// <exception cref="NotSupportedException">ONNX has the operator, but not with these attributes: the message says
    /// which.</exception>
    public static string? Write(OnnxStep step) => step.Operator switch
    {
        Abs => Same(step, "Abs"),
        Ceil => Same(step, "Ceil"),
        Cos => Same(step, "Cos"),
        Sign => Same(step, "Sign"),
        Sin => Same(step, "Sin"),
        Tan => Same(step, "Tan"),
        Erf => Same(step, "Erf"),
        Exp => Same(step, "Exp"),
        Floor => Same(step, "Floor"),
        Hardswish => Same(step, "HardSwish"),
        Log => Same(step, "Log"),
        Mish => Same(step, "Mish"),
        Reciprocal => Same(step, "Reciprocal"),
        ReLU => Same(step, "Relu"),
        Round => Same(step, "Round"),
        SELU => Same(step, "Selu"),
        Sigmoid => Same(step, "Sigmoid"),
        Softplus => Same(step, "Softplus"),
        Softsign => Same(step, "Softsign"),
        Sqrt => Same(step, "Sqrt"),
        Tanh => Same(step, "Tanh"),
        CELU op => Same(step, "Celu", ("alpha", (float)op.Alpha)),
        ELU op => Same(step, "Elu", ("alpha", (float)op.Alpha)),
        LeakyReLU op => Same(step, "LeakyRelu", ("alpha", (float)op.NegativeSlope)),
        Hardsigmoid => Same(step, "HardSigmoid", ("alpha", 1f / 6), ("beta", 0.5f)),
        ReLU6 => Clip(step, 0, 6),
        Hardtanh op => Clip(step, op.MinVal, op.MaxVal),
        SiLU => step.Node("Mul", [step.Input, Same(step, "Sigmoid")]),
        GELU { Approximate: GeluApproximation.None } => Gelu(step),
        GELU => GeluByTanh(step),
        Softmax op => Same(step, "Softmax", ("axis", (long)op.Dim)),
        LogSoftmax op => Same(step, "LogSoftmax", ("axis", (long)op.Dim)),
        Threshold op => step.Node(
            "Where",
            [
                step.Node("LessOrEqual", [step.Input, step.Draft.Scalar((float)op.Limit)]),
                step.Draft.Scalar((float)op.Value), step.Input,
            ]),
        LocalResponseNorm op => LocalNorm(step, op),

        Add => step.Node("Add", [.. step.Inputs]),
        Subtract => step.Node("Sub", [.. step.Inputs]),
        Multiply => step.Node("Mul", [.. step.Inputs]),
        Divide => step.Node("Div", [.. step.Inputs]),
        Maximum => step.Node("Max", [.. step.Inputs]),
        Minimum => step.Node("Min", [.. step.Inputs]),
        Pow => step.Node("Pow", [.. step.Inputs]),
        MatMul => step.Node("MatMul", [.. step.Inputs]),
        Concat op => step.Node("Concat", [.. step.Inputs], ("axis", (long)op.Dim)),

        Dropout => step.Input,
        Flatten => Same(step, "Flatten", ("axis", 1L)),
        Reshape op => step.Reshaped(step.Input, Longs(op.Shape)),
        Permute op => Same(step, "Transpose", ("perm", (long[])[0, .. op.Dims.Select(dim => (long)dim)])),
        Slice op => Slice(step, op),
        PixelShuffle op => Same(step, "DepthToSpace", ("blocksize", (long)op.UpscaleFactor), ("mode", "CRD")),
        Composite op => Parts(step, op),
        ZeroPad2d op => Pad(step, op, "constant"),
        ConstantPad op => PadAxis(step, op),
        ReflectionPad2d op => Pad(step, op, "reflect"),
        ReplicationPad2d op => Pad(step, op, "edge"),
        Upsample op => Resize(step, op),

        Conv2d op => step.Node(
            "Conv", [step.Input, .. Weights(step, op.Bias)], ("kernel_shape", Two(op.KernelSize)),
            ("strides", Two(op.Stride)), ("pads", (long[])[.. Two(op.Padding), .. Two(op.Padding)]),
            ("dilations", Two(op.Dilation)), ("group", (long)op.Groups)),
        Conv3d op => step.Node(
            "Conv", [step.Input, .. Weights(step, op.Bias)], ("kernel_shape", Three(op.KernelSize)),
            ("strides", Three(op.Stride)), ("pads", (long[])[.. Three(op.Padding), .. Three(op.Padding)]),
            ("dilations", Three(op.Dilation)), ("group", (long)op.Groups)),
        ConvTranspose2d op => Transposed(step, op),
        BatchNorm2d op => step.Node(
            "BatchNormalization",
            [
                step.Input, step.Weight("weight"), step.Weight("bias"), step.Weight("running_mean"),
                step.Weight("running_var"),
            ],
            ("epsilon", (float)op.Eps)),
        GroupNorm op => GroupNorm(step, op),
        LayerNorm op => LayerNorm(step, op),
        Linear op => Linear(step, op),
        PReLU op => step.Node("PRelu", [step.Input, Slopes(step, op)]),
        GlobalAvgPool => Same(step, "GlobalAveragePool"),
        Pooling op => OnnxPools.Write(step, op),
        _ => null,
    };

    private static string Same(OnnxStep step, string type, params (string, object)[] attributes) =>
        step.Node(type, [step.Input], attributes);

    private static string Clip(OnnxStep step, double least, double largest) => step.Node(
        "Clip", [step.Input, step.Draft.Scalar((float)least), step.Draft.Scalar((float)largest)]);

    /// <summary>x (1 + erf(x / sqrt(2))) / 2, as exporters write it out.</summary>
    private static string Gelu(OnnxStep step)
    {
        string erf = step.Node("Erf", [step.Node("Div", [step.Input, step.Draft.Scalar(MathF.Sqrt(2))])]);
        string gate = step.Node("Add", [erf, step.Draft.Scalar(1)]);
        return step.Node("Mul", [step.Node("Mul", [step.Input, gate]), step.Draft.Scalar(0.5f)]);
    }

    /// <summary>x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.</summary>
    private static string GeluByTanh(OnnxStep step)
    {
        string cube = step.Node("Mul", [step.Node("Mul", [step.Input, step.Input]), step.Input]);
        string inner = step.Node("Add", [step.Input, step.Node("Mul", [cube, step.Draft.Scalar(0.044715f)])]);
        string tanh = step.Node("Tanh", [step.Node("Mul", [inner, step.Draft.Scalar(0.7978845608f)])]);
        string gate = step.Node("Add", [tanh, step.Draft.Scalar(1)]);
        return step.Node("Mul", [step.Node("Mul", [step.Input, gate]), step.Draft.Scalar(0.5f)]);
    }

    private static string Slice(OnnxStep step, Slice op)
    {
        long end = op.Start + (long)op.Length * op.Step;
        return step.Node(
            "Slice",
            [
                step.Input, step.Draft.Ints(op.Start),
                // Backwards to the first element: -1 would be the last one.
                step.Draft.Ints(end < 0 ? long.MinValue + 1 : end), step.Draft.Ints(op.Dim), step.Draft.Ints(op.Step),
            ]);
    }

    private static string Parts(OnnxStep step, Composite op)
    {
        (string value, TensorShape shape) = (step.Input, step.InputShape);
        foreach (Operator part in op.PartsOn(shape))
        {
            OnnxStep inner = step.Part(part, value, shape);
            (value, shape) = (Write(inner) ?? throw new NotSupportedException(part.GetType().Name), inner.OutputShape);
        }
        return value;
    }

    private static string Pad(OnnxStep step, Pad2d op, string mode) => step.Node(
        "Pad", [step.Input, step.Draft.Ints(0, 0, op.Top, op.Left, 0, 0, op.Bottom, op.Right)], ("mode", mode));

    private static string PadAxis(OnnxStep step, ConstantPad op)
    {
        int axes = step.InputShape.Rank + 1;
        var pads = new long[2 * axes];
        (pads[op.Dim], pads[axes + op.Dim]) = (op.Before, op.After);
        return step.Node(
            "Pad", [step.Input, step.Draft.Ints(pads), step.Draft.Scalar((float)op.Fill)], ("mode", "constant"));
    }

    private static string Resize(OnnxStep step, Upsample op)
    {
        string coordinates = op.Coordinates switch
        {
            UpsampleCoordinates.HalfPixel => "half_pixel",
            UpsampleCoordinates.PytorchHalfPixel => "pytorch_half_pixel",
            UpsampleCoordinates.HalfPixelSymmetric => "half_pixel_symmetric",
            UpsampleCoordinates.Asymmetric => "asymmetric",
            _ => "align_corners",
        };
        if (op.Coordinates == UpsampleCoordinates.HalfPixelSymmetric)
            step.Draft.Require(19);
        (int from, int to)[] axes =
            [(step.InputShape[1], step.OutputShape[1]), (step.InputShape[2], step.OutputShape[2])];
        // A scale says where the elements lie, so it is kept where there is one.
        float[] scales =
        [
            Scale(op.ScaleFactor.Height, axes[0].from, axes[0].to),
            Scale(op.ScaleFactor.Width, axes[1].from, axes[1].to),
        ];
        bool isScaled = op.ScaleFactor != default;
        if (isScaled && axes.Zip(scales).Any(axis => (int)MathF.Floor(axis.First.from * axis.Second) != axis.First.to))
            throw new NotSupportedException("a size that is not the scale factor times the extent, rounded down");
        return step.Node(
            "Resize",
            isScaled
                ? [step.Input, "", step.Draft.Floats(scales)]
                : [step.Input, "", "", step.Draft.Ints(axes[0].to, axes[1].to)],
            ("axes", (long[])[2, 3]), ("coordinate_transformation_mode", coordinates),
            ("mode", op.Mode switch
            {
                UpsampleMode.Nearest => "nearest",
                UpsampleMode.Bilinear => "linear",
                _ => "cubic",
            }),
            ("nearest_mode", op.NearestMode switch
            {
                UpsampleRounding.Floor => "floor",
                UpsampleRounding.Ceil => "ceil",
                UpsampleRounding.RoundPreferFloor => "round_prefer_floor",
                _ => "round_prefer_ceil",
            }),
            ("cubic_coeff_a", (float)op.CubicCoeffA), ("exclude_outside", op.ExcludeOutside ? 1L : 0L));

        static float Scale(double factor, int from, int to) => factor > 0 ? (float)factor : (float)to / from;
    }

    private static string Transposed(OnnxStep step, ConvTranspose2d op)
    {
        if (op.OutputPadding.Height >= op.Stride.Height && op.OutputPadding.Height > 0
            || op.OutputPadding.Width >= op.Stride.Width && op.OutputPadding.Width > 0)
            throw new NotSupportedException("an output padding that is not less than the stride");
        return step.Node(
            "ConvTranspose", [step.Input, .. Weights(step, op.Bias)], ("kernel_shape", Two(op.KernelSize)),
            ("strides", Two(op.Stride)), ("pads", (long[])[.. Two(op.Padding), .. Two(op.Padding)]),
            ("dilations", Two(op.Dilation)), ("group", (long)op.Groups), ("output_padding", Two(op.OutputPadding)));
    }

    /// <summary>ONNX Runtime has it for (N, C, H, W) alone.</summary>
    private static string LocalNorm(OnnxStep step, LocalResponseNorm op)
    {
        TensorShape shape = step.InputShape;
        string map = shape.Rank == 3
            ? step.Input : step.Reshaped(step.Input, shape[0], shape.ElementCount / shape[0], 1);
        string normed = step.Node(
            "LRN", [map], ("size", (long)op.Size), ("alpha", (float)op.Alpha), ("beta", (float)op.Beta),
            ("bias", (float)op.K));
        return shape.Rank == 3 ? normed : step.Reshaped(normed, Longs(shape));
    }

    /// <summary>Each group as a channel of an instance norm. GroupNormalization has a weight for each group until
    /// operator set 21.</summary>
    private static string GroupNorm(OnnxStep step, GroupNorm op)
    {
        TensorShape shape = step.InputShape;
        string normed = step.Node(
            "InstanceNormalization",
            [
                step.Reshaped(step.Input, op.NumGroups, shape.ElementCount / op.NumGroups),
                step.Draft.Floats([.. Enumerable.Repeat(1f, op.NumGroups)]),
                step.Draft.Floats(new float[op.NumGroups]),
            ],
            ("epsilon", (float)op.Eps));
        string back = step.Reshaped(normed, Longs(shape));
        return op.Affine
            ? step.Node("Add", [step.Node("Mul", [back, OfChannels("weight")]), OfChannels("bias")])
            : back;

        string OfChannels(string name) => step.Weight(
            name, [shape[0], .. Enumerable.Repeat(1, shape.Rank - 1)], step.Tensor(name).Data);
    }

    private static string LayerNorm(OnnxStep step, LayerNorm op)
    {
        int count = op.NormalizedShape.ElementCount;
        int[] shape = op.NormalizedShape.Extents.ToArray();
        string scale = op.ElementwiseAffine
            ? step.Weight("weight") : step.Weight("weight", shape, Enumerable.Repeat(1f, count).ToArray());
        return step.Node(
            "LayerNormalization", op.ElementwiseAffine ? [step.Input, scale, step.Weight("bias")] : [step.Input, scale],
            ("axis", -(long)shape.Length), ("epsilon", (float)op.Eps));
    }

    /// <summary>Gemm of vectors; of more axes MatMul, whose matrix is the other way around.</summary>
    private static string Linear(OnnxStep step, Linear op)
    {
        if (step.InputShape.Rank == 1)
            return step.Node("Gemm", [step.Input, .. Weights(step, op.Bias)], ("transB", 1L));
        ReadOnlySpan<float> weight = step.Tensor("weight").Data.Span;
        var turned = new float[weight.Length];
        for (int i = 0; i < turned.Length; i++)
            turned[i % op.InFeatures * op.OutFeatures + i / op.InFeatures] = weight[i];
        string product = step.Node(
            "MatMul", [step.Input, step.Weight("weight", [op.InFeatures, op.OutFeatures], turned)]);
        return op.Bias ? step.Node("Add", [product, step.Weight("bias")]) : product;
    }

    /// <summary>The slopes with an axis of 1 for each axis behind the channels.</summary>
    private static string Slopes(OnnxStep step, PReLU op) => step.Weight(
        "weight", [op.NumParameters, .. Enumerable.Repeat(1, op.NumParameters == 1 ? 0 : step.InputShape.Rank - 1)],
        step.Tensor("weight").Data);

    private static string[] Weights(OnnxStep step, bool bias) =>
        bias ? [step.Weight("weight"), step.Weight("bias")] : [step.Weight("weight")];

    private static long[] Three(Size3d size) => [size.Depth, size.Height, size.Width];

    private static long[] Two(Size2d size) => [size.Height, size.Width];

    private static long[] Longs(TensorShape shape) =>
        [.. shape.Extents.ToArray().Select(extent => (long)extent)];
}
