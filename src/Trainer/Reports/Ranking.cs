using SoftPool.Operators;

namespace SoftPool.Trainer.Reports;

/// <summary>How the values of a classifier's output become probabilities: by what its last layer is.</summary>
internal sealed class Ranking
{
    private readonly Operator _last;

    private Ranking(Operator last) => _last = last;

    /// <summary>The ranking of an output; null where it ranks nothing: a map, or the places of other values.</summary>
    public static Ranking? Of(ModelGraph graph, NetworkOutput output)
    {
        Operator? last = graph.Layers.FirstOrDefault(layer => layer.Name == output.Layer)?.Operator;
        return output.Shape.Rank == 1 && last is not (null or ArgReduction or TopK)
            ? new Ranking(last) : null;
    }

    /// <summary>The probability of each class, in [0, 1]: the values of a softmax as they are, the softmax of
    /// anything else, which of logarithms of probabilities gives the probabilities back.</summary>
    public double[] Probabilities(ReadOnlySpan<float> values)
    {
        if (_last is Softmax)
            return [.. values.ToArray().Select(value => (double)value)];
        float largest = float.NegativeInfinity;
        foreach (float value in values)
            largest = MathF.Max(largest, value);
        double[] exponentials = [.. values.ToArray().Select(value => Math.Exp(value - largest))];
        double total = exponentials.Sum();
        return [.. exponentials.Select(exponential => exponential / total)];
    }

    /// <summary>The places of the largest values, the largest first; among equals the first comes first.</summary>
    public static int[] Best(ReadOnlySpan<float> values, int count)
    {
        float[] all = values.ToArray();
        return [.. Enumerable.Range(0, all.Length).OrderByDescending(i => all[i]).Take(count)];
    }
}
