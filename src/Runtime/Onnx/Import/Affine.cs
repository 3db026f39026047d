using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Constants that a layer is multiplied by and that are added to it: into the weights of the batch norm, the
/// linear layer or the layer norm that gives the layer, else as a batch norm of its own.</summary>
internal static class Affine
{
    /// <summary>Into one layer's weights; each takes some stack when they are computed.</summary>
    private const int MostMerged = 32;

    /// <summary>The same factor and summand for all elements.</summary>
    public static Activation Apply(ImportStep step, Activation x, double scale, double shift)
    {
        if (scale == 1 && shift == 0)
            return x;
        if (shift == 0 && WrittenOut.ByNumber(x.Layer, scale) is { } pattern)
            return step.Add(pattern.Op, [pattern.Input]);
        Activation given = Apply(
            step, x, scale == 1 ? null : Factors.Single(x, scale), shift == 0 ? null : Factors.Single(x, shift));
        return given with
        {
            Layer = given.Layer with
            {
                Line = new Line(x.Layer, scale, shift),
                Statistic = WrittenOut.ByNumbers(x.Layer, scale, shift),
            },
        };
    }

    /// <summary>Factors or summands, or both; null for none.</summary>
    public static Activation Apply(ImportStep step, Activation x, Factors? scale, Factors? shift)
    {
        int[] extents = [.. x.Layer.Shape.Extents];
        if (OwnShape(x.Layer) is { } own && scale?.Fits(own) != false && shift?.Fits(own) != false)
            return Merge(step, x, scale?.Over(own), shift?.Over(own));
        if (extents.Length == 0)
            throw new RefusalException(
                "a constant on one number for each item; keep an axis behind the batch, as keepdims does");
        // The first axes, up to the last along which the constants differ, are the channels of a batch norm.
        int last = Math.Max(scale?.LastAxis ?? 0, shift?.LastAxis ?? 0);
        int[] channels = [.. extents.Select((extent, axis) => axis <= last ? extent : 1)];
        int count = Constant.CountOf(channels);
        bool isImage = extents.Length == 3 && last == 0;
        Func<float[]> ones = () => Filled(1), zeros = () => Filled(0);
        Activation image = isImage ? x : step.Add(new Reshape(new(count, 1, x.Layer.Shape.ElementCount / count)), x);
        var weights = new Dictionary<string, Func<float[]>>
        {
            ["weight"] = scale?.Over(channels) ?? ones,
            ["bias"] = shift?.Over(channels) ?? zeros,
            ["running_mean"] = zeros,
            ["running_var"] = ones,
        };
        Activation normed = step.Add(new BatchNorm2d(count, Eps: 0), [image.Layer], weights);
        return isImage ? normed : step.Add(new Reshape(x.Layer.Shape), normed);

        float[] Filled(float value)
        {
            var filled = new float[count];
            Array.Fill(filled, value);
            return filled;
        }
    }

    /// <summary>The extents of a layer along which its own factors and summands differ, and 1 along all other axes;
    /// null of a layer that has none or has taken many already.</summary>
    private static int[]? OwnShape(Draft layer)
    {
        int[] extents = [.. layer.Shape.Extents];
        int rank = extents.Length;
        return layer switch
        {
            { Merged: >= MostMerged } => null,
            { Operator: BatchNorm2d } => From(0, 1),
            { Operator: Linear } => From(rank - 1, rank),
            { Operator: LayerNorm { ElementwiseAffine: true } norm } => From(rank - norm.NormalizedShape.Rank, rank),
            _ => null,
        };

        int[] From(int first, int end) =>
            [.. extents.Select((extent, axis) => axis >= first && axis < end ? extent : 1)];
    }

    private static Activation Merge(ImportStep step, Activation x, Func<float[]>? scale, Func<float[]>? shift)
    {
        Draft layer = x.Layer;
        Func<float[]> weight = layer.Weights["weight"];
        Func<float[]>? bias = layer.Weights.GetValueOrDefault("bias");
        var weights = new Dictionary<string, Func<float[]>>(layer.Weights);
        if (scale is not null)
        {
            weights["weight"] = () => Times(weight(), scale());
            if (bias is not null)
                weights["bias"] = () => Times(bias(), scale());
        }
        if (shift is not null)
            weights["bias"] = weights.GetValueOrDefault("bias") is { } former ? () => Plus(former(), shift()) : shift;
        Operator op = layer.Operator is Linear linear
            ? linear with { Bias = weights.ContainsKey("bias") }
            : layer.Operator!;
        Activation merged = step.Add(op, layer.Inputs, weights, layer.Name);
        return merged with { Layer = merged.Layer with { Merged = layer.Merged + 1 } };
    }

    /// <summary>The factors, each for as many elements as there are of them for each.</summary>
    private static float[] Times(float[] values, float[] factors)
    {
        int each = values.Length / factors.Length;
        var products = new float[values.Length];
        for (int i = 0; i < products.Length; i++)
            products[i] = values[i] * factors[i / each];
        return products;
    }

    private static float[] Plus(float[] values, float[] summands)
    {
        var sums = new float[values.Length];
        for (int i = 0; i < sums.Length; i++)
            sums[i] = values[i] + summands[i];
        return sums;
    }
}
