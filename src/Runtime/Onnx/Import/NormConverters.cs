using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Norms within an item, and the logarithm of softmax.</summary>
internal static class NormConverters
{
    public static Converter[] All { get; } =
    [
        new("InstanceNormalization", "GroupNorm of a group a channel",
            "epsilon of at least 1e-12; constant scale and B.", step => Normalized(step, groups: null)),
        new("GroupNormalization", "GroupNorm",
            "num_groups; epsilon of at least 1e-12; constant scale and bias, of each group before set 21 and of each "
            + "channel since.", GroupNormalize),
        new("LpNormalization", "Normalize", "axis, without the batch; p of 1 or 2.", LpNormalize),
        new("LogSoftmax", "LogSoftmax", "Over any axis but the batch; in sets before 13 over all axes from one on.",
            step => LinearConverters.AlongAxis(step, (x, axis) => step.Add(new LogSoftmax(axis), x))),
        new("MeanVarianceNormalization", "Reduce, Subtract, Multiply, Sqrt and Divide",
            "axes, without the batch where the file leaves it open.", MeanVariance),
    ];

    private static Activation GroupNormalize(ImportStep step)
    {
        long groups = step.Int("num_groups", 0);
        step.Only("stash_type", 1);
        return groups is > 0 and <= int.MaxValue
            ? Normalized(step, (int)groups)
            : throw new RefusalException($"attribute num_groups is {groups}");
    }

    private static Activation Normalized(ImportStep step, int? groups)
    {
        float epsilon = step.Float("epsilon", 1e-5f);
        Activation x = step.Layer(0);
        int channels = x.Layer.Shape.Rank > 1
            ? x.Layer.Shape[0]
            : throw new RefusalException($"an input of {string.Join('x', x.Shape)}; (N, C, ...) is expected");
        int count = groups ?? channels;
        // Scale and bias were of each group first.
        int expected = groups is null || step.Opset >= 21 ? channels : count;
        var op = new GroupNorm(count, channels, PointwiseConverters.Meant(epsilon));
        Constant scale = step.ConstantAt(1, "scale");
        var weights = new Dictionary<string, Func<float[]>>
        {
            ["weight"] = OfChannels(scale, "scale"),
            ["bias"] = OfChannels(step.ConstantAt(2, "the bias"), "bias"),
        };
        return step.Add(op, [x.Layer], weights, step.NameBy(scale));

        Func<float[]> OfChannels(Constant constant, string name)
        {
            if (constant.Floats is not { } values || !constant.Shape.AsSpan().SequenceEqual([expected]))
                throw new RefusalException($"{name} of {string.Join('x', constant.Shape)}; {expected} is expected");
            return expected == channels
                ? values
                : () =>
                {
                    float[] ofGroups = values();
                    return [.. Enumerable.Range(0, channels).Select(channel => ofGroups[channel * count / channels])];
                };
        }
    }

    /// <summary>(x - mean) / (deviation + 1e-9), as the operator is defined.</summary>
    private static Activation MeanVariance(ImportStep step)
    {
        int[] named = step.Ints("axes") ?? [0, 2, 3];
        Activation x = step.Layer(0);
        int[] axes = [.. named.Select(axis => ImportStep.Axis(axis, x.Shape.Length)).Order()];
        if (axes.Contains(0) || axes.Distinct().Count() != axes.Length)
            throw new RefusalException(
                $"axes {WindowAttributes.Show(named)} of {string.Join('x', x.Shape)}, which have the batch or one "
                + "twice");
        Activation distance = Broadcasting.Apply(
            step, new Subtract(), x, step.Add(new Reduce(Reduction.Mean, axes, Keepdim: true), x));
        Activation square = step.Add(new Multiply(), [distance.Layer, distance.Layer]);
        Activation deviation = step.Add(
            new Sqrt(), step.Add(new Reduce(Reduction.Mean, axes, Keepdim: true), square));
        return Broadcasting.Apply(step, new Divide(), distance, Affine.Apply(step, deviation, 1, 1e-9));
    }

    private static Activation LpNormalize(ImportStep step)
    {
        long named = step.Int("axis", -1), p = step.Int("p", 2);
        Activation x = step.Layer(0);
        _ = ReductionConverters.NormOf(p);
        int axis = ImportStep.Axis(named, x.Shape.Length);
        return axis == 0
            ? throw new RefusalException($"axis {named} of {string.Join('x', x.Shape)}, which is the batch")
            : step.Add(new Normalize((int)p, axis), x);
    }
}
