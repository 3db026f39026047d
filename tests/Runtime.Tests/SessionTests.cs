using SoftPool.Operators;
using SoftPool.Runtime.Tests.Operators;

namespace SoftPool.Runtime.Tests;

/// <summary>Whole networks on a device: equal bits, full batches and partial, several sessions and threads.</summary>
[TestClass]
public sealed class SessionTests
{
    private static readonly TensorShape InputShape = new(3, 23, 19);

    private static Model Model { get; } = NetworkOfAllOperators();

    [TestMethod]
    public void A_run_gives_the_same_bits_whatever_else_is_kept_and_however_full_the_batch_is()
    {
        float[] input = Input(5);
        int classes = Model.Graph.OutputShape.ElementCount;
        var expected = new float[5 * classes];
        using (InferenceSession keeping = TestDevices.Software.CreateSession(
            Model, new SessionOptions { Batch = 5, KeepLayerOutputs = true }))
            keeping.Run(input, expected);

        using InferenceSession session = TestDevices.Software.CreateSession(Model, new SessionOptions { Batch = 5 });
        for (int items = 5; items >= 1; items--)
        {
            var output = new float[items * classes];
            session.Run(input.AsSpan(0, items * InputShape.ElementCount), output);
            CollectionAssert.AreEqual(expected[..output.Length], output, $"{items} items");
        }
    }

    [TestMethod]
    public void The_network_of_all_operators_tells_inputs_apart()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(Model, new SessionOptions { Batch = 2 });
        var output = new float[2 * Model.Graph.OutputShape.ElementCount];
        session.Run(Input(2), output);
        Assert.HasCount(output.Length, output.Distinct());
        Assert.IsTrue(output.All(share => share is > 1e-3f and < 0.9f), string.Join(", ", output));
    }

    [TestMethod]
    public void Replays_are_equal_to_the_bit()
    {
        float[] input = Input(1);
        using InferenceSession session = TestDevices.Software.CreateSession(Model);
        var first = new float[Model.Graph.OutputShape.ElementCount];
        session.Run(input, first);
        for (int i = 0; i < 50; i++)
        {
            var again = new float[first.Length];
            session.Run(input, again);
            CollectionAssert.AreEqual(first, again);
        }
    }

    [TestMethod]
    public void Running_allocates_nothing()
    {
        float[] input = Input(1);
        using InferenceSession session = TestDevices.Software.CreateSession(Model);
        var output = new float[Model.Graph.OutputShape.ElementCount];
        for (int i = 0; i < 3; i++)
            session.Run(input, output);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            session.Run(input, output);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Sessions_on_several_threads_share_a_device()
    {
        float[] input = Input(1);
        int classes = Model.Graph.OutputShape.ElementCount;
        using InferenceSession shared = TestDevices.Software.CreateSession(Model);
        var expected = new float[classes];
        shared.Run(input, expected);
        Parallel.For(0, 8, _ =>
        {
            using InferenceSession own = TestDevices.Software.CreateSession(Model);
            foreach (InferenceSession session in (InferenceSession[])[own, shared])
            {
                var output = new float[classes];
                session.Run(input, output);
                CollectionAssert.AreEqual(expected, output);
            }
        });
    }

    [TestMethod]
    public void A_model_s_sessions_in_16_and_in_32_bits_have_weights_of_their_own()
    {
        float[] input = Input(1);
        float[] alone = new float[Model.Graph.OutputShape.ElementCount],
            half = new float[alone.Length], full = new float[alone.Length];
        using (InferenceSession first = TestDevices.Software.CreateSession(Model))
            first.Run(input, alone);
        Model same = NetworkOfAllOperators();
        using InferenceSession sixteen = TestDevices.SoftwareWithFp16.CreateSession(
            same, new SessionOptions { Fp16 = true });
        using InferenceSession thirtyTwo = TestDevices.Software.CreateSession(same);
        sixteen.Run(input, half);
        thirtyTwo.Run(input, full);
        CollectionAssert.AreEqual(alone, full);
        CollectionAssert.AreNotEqual(alone, half);
        OperatorCheck.AssertClose(alone, half, "16 bits", 2e-2);
    }

    [TestMethod]
    public void Buffers_that_do_not_fit_are_refused()
    {
        int item = InputShape.ElementCount, classes = Model.Graph.OutputShape.ElementCount;
        using InferenceSession session = TestDevices.Software.CreateSession(Model, new SessionOptions { Batch = 2 });
        foreach ((int input, int output) in (ReadOnlySpan<(int, int)>)
                 [(0, 0), (item - 1, classes), (item + 1, classes), (3 * item, 3 * classes), (item, 2 * classes),
                  (2 * item, classes)])
            Assert.ThrowsExactly<ShapeMismatchException>(
                () => session.Run(new float[input], new float[output]), $"{input} in, {output} out");
        Assert.ThrowsExactly<ArgumentException>(() => session.ReadLayer("conv", new float[1]));
        Assert.ThrowsExactly<ShapeMismatchException>(
            () => TestDevices.Software.CreateSession(Model, new SessionOptions { Batch = 0 }));
    }

    [TestMethod]
    public void A_disposed_session_says_so()
    {
        InferenceSession session = TestDevices.Software.CreateSession(Model);
        session.Dispose();
        session.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(
            () => session.Run(Input(1), new float[Model.Graph.OutputShape.ElementCount]));
    }

    internal static Model NetworkOfAllOperators()
    {
        var graph = new ModelGraph("all", InputShape,
        [
            new Layer("conv", new Conv2d(3, 18, new(5, 3), 1, 2) { Bias = false }),
            new Layer("norm", new BatchNorm2d(18)),
            new Layer("relu", new ReLU()),
            new Layer("maxpool", new MaxPool2d(3, 2, 1, true)),
            new Layer("relu2", new ReLU()),
            new Layer("conv2", new Conv2d(18, 18, 3, 1, 1) { Groups = 3 }),
            new Layer("norm2", new BatchNorm2d(18)),
            new Layer("residual", new Add(), ["norm2", "relu2"]),
            new Layer("relu4", new ReLU()),
            new Layer("squeeze", new GlobalAvgPool()),
            new Layer("gate", new Sigmoid()),
            new Layer("gated", new Multiply(), ["relu4", "gate"]),
            new Layer("conv3", new Conv2d(18, 5, 1, 1, 0), ["gated"]),
            new Layer("silu", new SiLU()),
            new Layer("conv4", new Conv2d(18, 2, 3, 1, 2) { Dilation = 2 }, ["gated"]),
            new Layer("concat", new Concat(), ["silu", "conv4"]),
            new Layer("norm3", new BatchNorm2d(7)),
            new Layer("leaky", new LeakyReLU(0.1)),
            new Layer("softpool", new SoftPool2d(3, 2, 0, false, SoftPoolWeighting.PerChannel)),
            new Layer("softpool2", new SoftPool2d(2, 1, 0, false, SoftPoolWeighting.SharedAcrossChannels)),
            new Layer("flatten", new Flatten()),
            new Layer("linear", new Linear(7 * 4 * 4, 33)),
            new Layer("relu3", new ReLU()),
            new Layer("dropout", new Dropout(0.5)),
            new Layer("linear2", new Linear(33, 10)),
            new Layer("softmax", new Softmax()),
        ]);
        var random = new Random(7);
        return new Model(
            graph, graph.Parameters.ToDictionary(
                parameter => parameter.Name, parameter => new Tensor(parameter.Shape, Weights(parameter))),
            [], Preprocessing.ImageNet);

        // Sums as large as what they are of: else the softmax gives 1 and nothing but 0, whatever the input and the
        // storage.
        float[] Weights(Parameter parameter)
        {
            float[] weights = RandomNumbers.Weights(random, parameter);
            TensorShape shape = parameter.Shape;
            return shape.Rank < 2 ? weights
                : [.. weights.Select(weight => weight / MathF.Sqrt(shape.ElementCount / shape[0]))];
        }
    }

    internal static float[] Input(int items) => Floats(new Random(8), items * InputShape.ElementCount, 4);

    private static float[] Floats(Random random, int count, float range) =>
        [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * range)];
}
