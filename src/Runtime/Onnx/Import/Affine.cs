using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>A factor and a summand of each channel: into the weights of the batch norm or linear layer that gives the
/// channels, else as a batch norm of its own.</summary>
internal static class Affine
{
    /// <summary>Into one layer's weights; each takes some stack when they are computed.</summary>
    private const int MostMerged = 32;

    /// <summary>The same factor and summand for all channels.</summary>
    public static Activation Apply(ImportStep step, Activation x, double scale, double shift)
    {
        if (shift == 0 && WrittenOut.ByNumber(x.Layer, scale) is { } pattern)
            return step.Add(pattern.Op, [pattern.Input]);
        int channels = x.Layer.Shape[0];
        Activation given = Apply(step, x, scale == 1 ? null : Filled(scale), shift == 0 ? null : Filled(shift));
        return given with { Layer = given.Layer with { Line = new Line(x.Layer, scale, shift) } };

        Func<float[]> Filled(double value) => () => [.. Enumerable.Repeat((float)value, channels)];
    }

    /// <summary>A factor or a summand, or both, of each channel; null for none.</summary>
    public static Activation Apply(ImportStep step, Activation x, Func<float[]>? scale, Func<float[]>? shift)
    {
        if (x.Layer is { Operator: BatchNorm2d or Linear, Merged: < MostMerged })
            return Merge(step, x, scale, shift);
        if (x.Layer.Shape.Rank != 3)
            throw new RefusalException($"a constant of each channel on {x.Layer.Shape}; images and outputs of Gemm are supported");
        int channels = x.Layer.Shape[0];
        Func<float[]> ones = () => Filled(1), zeros = () => Filled(0);
        return step.Add(new BatchNorm2d(channels, Eps: 0), [x.Layer], new Dictionary<string, Func<float[]>>
        {
            ["weight"] = scale ?? ones,
            ["bias"] = shift ?? zeros,
            ["running_mean"] = zeros,
            ["running_var"] = ones,
        });

        float[] Filled(float value)
        {
            var filled = new float[channels];
            Array.Fill(filled, value);
            return filled;
        }
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
        Operator op = layer.Operator is Linear linear ? linear with { Bias = weights.ContainsKey("bias") } : layer.Operator!;
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
