using SoftPool.Operators;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests;

/// <summary>Networks written by hand, with seeded weights.</summary>
internal static class TestModels
{
    /// <summary>Layers named 0, 1, 2 and so on, as in torch.nn.Sequential.</summary>
    public static ModelGraph Sequential(TensorShape input, params IEnumerable<Operator> operators) =>
        new("test", input, operators.Select((op, index) => new Layer($"{index}", op)));

    /// <summary>AlexNet as the project defines it; with SoftPool in place of max pooling if asked for.</summary>
    public static ModelGraph AlexNet(SoftPoolWeighting? softPool = null)
    {
        Operator pool = softPool is { } weights
            ? new SoftPool2d(3, 2, 0, false, weights)
            : new MaxPool2d(3, 2, 0, false);
        return Sequential(
            new TensorShape(3, 224, 224),
            new Conv2d(3, 48, 11, 4, 5), new ReLU(), pool,
            new Conv2d(48, 128, 5, 1, 2), new ReLU(), pool,
            new Conv2d(128, 192, 3, 1, 1), new ReLU(),
            new Conv2d(192, 192, 3, 1, 1), new ReLU(),
            new Conv2d(192, 128, 3, 1, 1), new ReLU(), pool,
            new Flatten(),
            new Linear(4608, 2048), new ReLU(), new Dropout(0.5),
            new Linear(2048, 2048), new ReLU(), new Dropout(0.5),
            new Linear(2048, 10));
    }

    /// <summary>A network of 3 classes that has every operator of maps of two axes, on an input of 2x7x9.</summary>
    public static ModelGraph EveryOperator() => new("test", new TensorShape(2, 7, 9),
    [
        new("conv", new Conv2d(2, 4, new Size2d(3, 2), 1, 1) { Bias = false }), new("norm", new BatchNorm2d(4)),
        new("relu", new ReLU()), new("max", new MaxPool2d(2, 1, 0, false)),
        new("group", new Conv2d(4, 4, 3, 1, 2) { Groups = 2, Dilation = 2 }), new("leaky", new LeakyReLU(0.1)),
        new("residual", new Add(), ["leaky", "max"]),
        new("squeeze", new GlobalAvgPool()), new("gate", new Sigmoid()),
        new("gated", new Multiply(), ["residual", "gate"]),
        new("soft", new SoftPool2d(new Size2d(2, 3), 2, 1, true, SoftPoolWeighting.PerChannel)),
        new("shared", new SoftPool2d(2, 1, 0, false, SoftPoolWeighting.SharedAcrossChannels)), new("silu", new SiLU()),
        new("average", new AvgPool2d(2, 1, 0, false) { CountIncludePad = false }, ["soft"]),
        new("both", new Concat(), ["silu", "average"]),
        new("global", new GlobalSoftPool(SoftPoolWeighting.PerChannel)),
        new("flat", new Flatten()), new("dropout", new Dropout(0.25)), new("linear", new Linear(8, 3) { Bias = false }),
        new("softmax", new Softmax()),
    ]);

    /// <summary>A model with seeded weights in [-1, 1), class names and a preprocessing.</summary>
    public static Model WithWeights(ModelGraph graph, int seed = 1)
    {
        var random = new Random(seed);
        var weights = graph.Parameters.ToDictionary(
            parameter => parameter.Name,
            parameter => new Tensor(parameter.Shape, RandomNumbers.Weights(random, parameter)));
        return new Model(graph, weights, ClassesOf(graph), PreprocessingOf(graph));
    }

    /// <summary>A model whose weights are all zero: where only shapes matter.</summary>
    public static Model WithZeros(ModelGraph graph) => new(
        graph, graph.Parameters.ToDictionary(p => p.Name, p => new Tensor(p.Shape, new float[p.Shape.ElementCount])),
        [], PreprocessingOf(graph));

    public static string[] ClassesOf(ModelGraph graph) =>
        [.. Enumerable.Range(0, graph.Outputs[0].Shape.ElementCount).Select(index => $"class \"{index}\" \u00e9")];

    public static Preprocessing PreprocessingOf(ModelGraph graph)
    {
        int channels = graph.Inputs[0].Shape is { Rank: 3 } shape ? shape[0] : 0;
        return new Preprocessing(
            [.. Enumerable.Range(0, channels).Select(c => 0.1f * c)],
            [.. Enumerable.Range(0, channels).Select(c => 0.3f + c)]);
    }

    /// <summary>Runs one operator by the reference.</summary>
    public static float[] Compute(
        Operator op, TensorShape shape, float[] input, float[]? weight = null, float[]? bias = null)
    {
        ModelGraph graph = Sequential(shape, op);
        var weights = graph.Parameters.ToDictionary(
            parameter => parameter.Name,
            parameter => new Tensor(
                parameter.Shape, parameter.Name == "0.weight" ? weight : bias));
        return ReferenceNetwork.Run(new Model(graph, weights, [], PreprocessingOf(graph)), input)[0];
    }

    /// <summary>1, 2, 3 and so on.</summary>
    public static float[] Counting(int count) => [.. Enumerable.Range(1, count).Select(value => (float)value)];

    /// <summary>Fails unless all elements are equal, NaN to NaN.</summary>
    public static void AssertSequence<T>(ReadOnlySpan<T> expected, IEnumerable<T> actual) =>
        CollectionAssert.AreEqual(expected.ToArray(), actual.ToArray());

    /// <summary>Fails unless all values are within a tolerance of the expected ones; NaN is never.</summary>
    public static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double relative)
    {
        Assert.AreEqual(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            if (!(Math.Abs(actual[i] - expected[i]) <= relative * Math.Abs(expected[i])))
                Assert.Fail($"Element {i} is {actual[i]:R}; expected {expected[i]:R} within {relative} of it.");
    }
}
