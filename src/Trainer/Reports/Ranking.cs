using SoftPool.Operators;

namespace SoftPool.Trainer.Reports;

/// <summary>What an output's numbers are, by the layers that compute them.</summary>
internal enum OutputKind
{
    /// <summary>Of which a softmax makes probabilities.</summary>
    Logits,

    /// <summary>Probabilities already: of classes that exclude each other, or of each for itself.</summary>
    Probabilities,

    /// <summary>Neither: places of other values, or truth values.</summary>
    Numbers,
}

/// <summary>Ranks the values of an output.</summary>
/// <param name="Kind">What the values are.</param>
internal sealed record Ranking(OutputKind Kind)
{
    /// <summary>The ranking of one of a network's outputs, by its place.</summary>
    public static Ranking Of(ModelGraph graph, int output)
    {
        int layer = graph.OutputLayers[output];
        while (graph.Layers[layer].Operator is Flatten or Operators.Reshape or Dropout && graph.InputsOf(layer)[0] >= 0)
            layer = graph.InputsOf(layer)[0];
        return new Ranking(graph.Layers[layer].Operator switch
        {
            Softmax or Sigmoid or Hardsigmoid => OutputKind.Probabilities,
            ArgReduction or TopKIndices or Equal or Greater or GreaterEqual or Less or LessEqual or LogicalAnd
                or LogicalNot or LogicalOr or LogicalXor => OutputKind.Numbers,
            _ => OutputKind.Logits,
        });
    }

    /// <summary>The probability of each value of an item, in [0, 1]; empty where there are none. The softmax of
    /// logarithms of probabilities gives the probabilities back.</summary>
    public double[] Probabilities(ReadOnlySpan<float> values)
    {
        if (Kind != OutputKind.Logits)
            return Kind == OutputKind.Numbers ? [] : [.. values.ToArray().Select(value => (double)value)];
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
