using SoftPool.Operators;

namespace SoftPool.Verification;

/// <summary>What the self-test runs kernels on: those of the operators' cases that are for it, with seeded weights. An
/// operator whose kernel can compute a function of each element on the way is followed by one.</summary>
internal static class SelfTestCases
{
    private const int Seed = 20260701;

    /// <summary>One row a case: the network, and the batch.</summary>
    public static IReadOnlyList<(Model Model, int Batch)> All { get; } =
    [
        .. from row in OperatorCases.All
           where row.IsSelfTest
           let function = row.Layers[^1].Operator.FusesPointwise ? (Layer[])[new("function", new ReLU())] : []
           select (WithWeights(new ModelGraph("self-test", row.Input, [.. row.Layers, .. function])), row.Batch),
    ];

    /// <summary>The same numbers each time, in [-1.5, 1.5).</summary>
    public static float[] Numbers(int count)
    {
        var random = new Random(Seed);
        var numbers = new float[count];
        foreach (ref float number in numbers.AsSpan())
            number = random.NextSingle() * 3 - 1.5f;
        return numbers;
    }

    private static Model WithWeights(ModelGraph graph)
    {
        // Each parameter has numbers of its own; a variance is positive.
        float[] numbers = Numbers(graph.Parameters.Sum(parameter => parameter.Shape.ElementCount));
        var weights = new Dictionary<string, Tensor>();
        int used = 0;
        foreach (Parameter parameter in graph.Parameters)
        {
            float[] own = numbers[used..(used += parameter.Shape.ElementCount)];
            if (parameter.Name.EndsWith("running_var", StringComparison.Ordinal))
                own = Array.ConvertAll(own, number => 2 + number);
            weights.Add(parameter.Name, new Tensor(parameter.Shape, own));
        }
        int channels = graph.InputShape.Rank == 3 ? graph.InputShape[0] : 0;
        return new Model(graph, weights, [], new Preprocessing(new float[channels], [.. Enumerable.Repeat(1f, channels)]));
    }
}
