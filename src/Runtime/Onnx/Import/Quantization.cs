namespace SoftPool.Onnx.Import;

/// <summary>Weights that are stored as integers with a scale and a zero point, per tensor or per axis: they become real
/// numbers, as ONNX Runtime computes them. Activations are not quantised.</summary>
internal static class Quantization
{
    /// <summary>(x - zero point) scale.</summary>
    public static Constant Dequantize(ImportStep step)
    {
        step.Only("block_size", 0);
        if (step.Int("output_dtype", 0) is not (0 or (long)OnnxElement.Float) and long type)
            throw new RefusalException($"attribute output_dtype is {(OnnxElement)type}; Float is supported");
        long axis = step.Int("axis", 1);
        Constant x = step.ConstantAt(0, "the tensor"), scale = Scale(step);
        Constant? zeroPoint = step.Optional(2, "the zero point");
        if (x.Floats is not null || zeroPoint is { Floats: not null })
            throw new RefusalException("a tensor or a zero point of real numbers");
        (int[] parts, int count) = Parts(x.Shape, scale, zeroPoint, axis);
        return new Constant(x.Shape, x.Name, () =>
        {
            float[] values = [.. x.Numbers()], factors = scale.Numbers();
            float[] zeros = zeroPoint?.Numbers() ?? new float[count];
            for (int i = 0; i < values.Length; i++)
            {
                int part = Part(i, parts);
                values[i] = (values[i] - zeros[part]) * factors[part];
            }
            return values;
        }, null);
    }

    /// <summary>x / scale, rounded half to even, plus the zero point, held to the type's integers.</summary>
    public static Constant Quantize(ImportStep step)
    {
        step.Only("block_size", 0);
        step.Ignore("saturate"); // Of 8-bit floats, which are refused.
        step.Only("precision", 0);
        long named = step.Int("output_dtype", 0), axis = step.Int("axis", 1);
        Constant x = step.ConstantAt(0, "the tensor"), scale = Scale(step);
        Constant? zeroPoint = step.Optional(2, "the zero point");
        OnnxElement type = zeroPoint?.Element ?? (named == 0 ? OnnxElement.UInt8 : (OnnxElement)named);
        if (named != 0 && named != (long)type)
            throw new RefusalException($"attribute output_dtype is {(OnnxElement)named} beside a zero point of {type}");
        (float least, float most) = type switch
        {
            OnnxElement.UInt8 => (0, 255),
            OnnxElement.Int8 => (-128, 127),
            OnnxElement.UInt16 => (0, 65_535),
            OnnxElement.Int16 => (-32_768, 32_767),
            _ => throw new RefusalException($"integers of type {type}; 8 and 16 bits are supported"),
        };
        if (x.Floats is null)
            throw new RefusalException("a tensor of integers; real numbers are expected");
        (int[] parts, int count) = Parts(x.Shape, scale, zeroPoint, axis);
        return Constant.OfWeight(x.Shape, x.Name, type, () =>
        {
            float[] values = [.. x.Numbers()], factors = scale.Numbers();
            float[] zeros = zeroPoint?.Numbers() ?? new float[count];
            for (int i = 0; i < values.Length; i++)
            {
                int part = Part(i, parts);
                values[i] = Math.Clamp(
                    MathF.Round(values[i] / factors[part], MidpointRounding.ToEven) + zeros[part], least, most);
            }
            return values;
        });
    }

    private static Constant Scale(ImportStep step) => step.ConstantAt(1, "the scale") is { Floats: not null } scale
        ? scale
        : throw new RefusalException("a scale of integers; real numbers are expected");

    /// <summary>How an element's place becomes that of its scale: the extents of the axis and of what lies behind it;
    /// none where all have one.</summary>
    private static (int[] Parts, int Count) Parts(int[] shape, Constant scale, Constant? zeroPoint, long axis)
    {
        int count = scale.Count;
        if (zeroPoint is not null && zeroPoint.Count != count)
            throw new RefusalException($"{count} scales and {zeroPoint.Count} zero points");
        if (scale.Shape.Length == 0 || (scale.Shape is [1] && count == 1))
            return ([], 1);
        int along = ImportStep.Axis(axis, shape.Length);
        return scale.Shape is [int scales] && scales == shape[along]
            ? ([shape[along], Constant.CountOf(shape.AsSpan(along + 1))], count)
            : throw new RefusalException(
                $"a scale of {string.Join('x', scale.Shape)} along axis {along} of {string.Join('x', shape)}; "
                + "one number, or one for each place of the axis, is supported");
    }

    private static int Part(int place, int[] parts) => parts.Length == 0 ? 0 : place / parts[1] % parts[0];
}
