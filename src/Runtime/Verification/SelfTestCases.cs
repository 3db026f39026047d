using SoftPool.Operators;

namespace SoftPool.Verification;

/// <summary>What the self-test runs kernels on: small networks of odd sizes, so that tiles and words have ends. Together they launch
/// every kernel of plans, whatever the device prefers.</summary>
internal static class SelfTestCases
{
    private const int Seed = 20260701;

    /// <summary>One row a case: the network with seeded weights, and the batch.</summary>
    public static IReadOnlyList<(Model Model, int Batch)> All { get; } =
    [
        // Nothing but the conversions at the ends.
        Case(new(11), 3, new Dropout(0.5)),
        // Batches that make whole texels of four numbers: so all variants of a convolution can be taken.
        Case(new(5, 9, 7), 4, new Conv2d(5, 19, 3, 1, 1), new ReLU()),
        Case(new(3, 10, 9), 2, new Conv2d(3, 35, 5, 1, 2), new ReLU()),
        Case(new(6, 7, 9), 2, new Conv2d(6, 10, new(3, 2), 2, 1) { Groups = 2 }, new ReLU()),
        Case(new(10, 7, 9), 2, new Conv2d(10, 12, new(3, 2), 2, 1) { Groups = 2 }, new ReLU()),
        Case(new(36), 3, new Linear(36, 70), new ReLU()),
        Case(new(36), 9, new Linear(36, 70), new ReLU()),
        Case(new(31), 3, new Linear(31, 67), new ReLU()),
        Case(new(31), 9, new Linear(31, 67), new ReLU()),
        Case(new(36), 5, new Linear(36, 70), new ReLU()),
        Case(new(31), 5, new Linear(31, 67), new ReLU()),
        Case(new(1030), 2, new Linear(1030, 70)),
        // So long that its sum is split.
        Case(new(65601), 1, new Linear(65601, 2)),
        .. Pools((kernel, stride, padding, ceilMode) => new MaxPool2d(kernel, stride, padding, ceilMode)),
        .. Pools((kernel, stride, padding, ceilMode) => new AvgPool2d(kernel, stride, padding, ceilMode)),
        .. Pools((kernel, stride, padding, ceilMode) => new SoftPool2d(kernel, stride, padding, ceilMode, SoftPoolWeighting.PerChannel)),
        .. Pools((kernel, stride, padding, ceilMode) => new SoftPool2d(kernel, stride, padding, ceilMode, SoftPoolWeighting.SharedAcrossChannels)),
        // So long that their sums are split.
        .. from shape in (TensorShape[])[new(2, 61, 70), new(1, 61, 71)]
           from op in (Operator[])
               [
                   new GlobalAvgPool(), new GlobalSoftPool(SoftPoolWeighting.PerChannel),
                   new GlobalSoftPool(SoftPoolWeighting.SharedAcrossChannels),
               ]
           select Case(shape, 1, op),
        Case(new(4100), 2, new Softmax()),
        Case(new(4101), 1, new Softmax()),
        // A batch of 2 makes no whole texels of these, one of 4 does.
        .. from batch in (int[])[2, 4]
           from network in (Operator[][])[
               [new SiLU(), new LeakyReLU(0.2), new ReLU(), new Sigmoid()],
               [new Hardswish(), new ELU(), new ReLU6(), new Tanh(), new Hardsigmoid()],
               [new GELU(GeluApproximation.None), new Erf(), new GELU(GeluApproximation.Tanh)], [new BatchNorm2d(3)]]
           select Case(new(3, 7, 5), batch, network),
        Case(new(7, 3, 5), 2, new Softmax()),
        // Planes of whole texels and not.
        Case(new(6, 7, 5), 2, new ChannelShuffle(3)),
        Case(new(6, 7, 8), 2, new ChannelShuffle(2)),
        Case(new(6, 7, 5), 2, new LocalResponseNorm(5, 0.75, 1, 0.5)),
        Case(new(3, 7, 5), 2, new ZeroPad2d(1, 2, 3, 0)),
        Case(new(6, 7, 5), 2, new Slice(1, 5, 3, -2)),
        Case(new(6, 7, 8), 2, new Slice(2, 1, 3, 2)),
        // Inputs of whole texels and not.
        .. from input in (TensorShape[])[new(3, 7, 5), new(4, 7, 5)]
           from op in (Operator[])
               [
                   new Upsample(default, new(2, 1.5), UpsampleMode.Bicubic, UpsampleCoordinates.HalfPixel),
                   new ConvTranspose2d(input[0], 7, 3, 2, 1),
               ]
           select Case(input, 1, op, new ReLU()),
        .. CasesOfTwo(new Add()),
        .. CasesOfTwo(new Subtract()),
        .. CasesOfTwo(new Multiply()),
        .. CasesOfTwo(new Concat()),
    ];

    private static (Model Model, int Batch) Case(TensorShape input, int batch, params Operator[] operators) =>
        (WithWeights(new ModelGraph("self-test", input, operators.Select((op, index) => new Layer($"{index}", op)))), batch);

    private static IEnumerable<(Model Model, int Batch)> CasesOfTwo(Operator op) =>
        from input in (TensorShape[])[new(3, 7, 5), new(3, 7, 8)]
        let layers = (Layer[])[new("0", new LeakyReLU(-0.5)), new("1", op, [ModelGraph.InputName, "0"])]
        select (WithWeights(new ModelGraph("self-test", input, layers)), 2);

    /// <summary>Of the kind that tiles are for, and of another.</summary>
    private static IEnumerable<(Model Model, int Batch)> Pools(Func<Size2d, Size2d, Size2d, bool, Operator> pool) =>
    [
        Case(new(4, 9, 13), 2, pool(3, 2, 0, false)),
        Case(new(4, 9, 12), 2, pool(3, 2, 1, false)),
        Case(new(3, 7, 5), 2, pool(3, 2, 1, true)),
        Case(new(3, 7, 5), 4, pool(2, 1, 1, true)),
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
