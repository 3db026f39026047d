using SoftPool.Operators;
using SoftPool.Runtime.Tests.Operators;
using SoftPool.Verification;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests;

/// <summary>Whole networks on a device: every layer against the reference, fused and not, full batches and partial.</summary>
[TestClass]
public sealed class SessionTests
{
    private static readonly TensorShape InputShape = new(3, 23, 19);

    private static Model Model { get; } = NetworkOfAllOperators();

    [TestMethod]
    [DataRow(true, false)]
    [DataRow(false, false)]
    [DataRow(true, true)]
    public void Every_kept_layer_matches_the_reference(bool fuse, bool fp16)
    {
        const int Batch = 3;
        float[] input = Input(Batch);
        using InferenceSession session = (fp16 ? TestDevices.SoftwareWithFp16 : TestDevices.Software).CreateSession(
            Model, new SessionOptions { Batch = Batch, KeepLayerOutputs = true, Fuse = fuse, Fp16 = fp16 });
        session.Run(input, new float[Batch * Model.Graph.OutputShape.ElementCount]);

        IReadOnlyList<float[]>[] expected =
            [.. input.Chunk(InputShape.ElementCount).Select(item => ReferenceNetwork.Run(Model, item))];
        for (int i = 0; i < Model.Graph.Layers.Count; i++)
        {
            string name = Model.Graph.Layers[i].Name;
            bool hidden = fuse && name is ("conv" or "norm" or "conv2" or "residual" or "conv3" or "norm3" or "linear");
            Assert.AreEqual(!hidden, session.KeptLayers.Contains(name), name);
            if (hidden)
                continue;
            var actual = new float[Batch * Model.Graph.OutputShapeOf(i).ElementCount];
            session.ReadLayer(name, actual);
            OperatorCheck.AssertClose([.. expected.SelectMany(layers => layers[i])], actual, name, fp16 ? 1e-2 : OperatorCheck.Tolerance);
        }
    }

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
    public void Activations_share_memory()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(Model);
        long sum = Enumerable.Range(0, Model.Graph.Layers.Count).Sum(i => (long)Model.Graph.OutputShapeOf(i).ElementCount);
        Assert.IsTrue(
            session.ActivationBytes < sum * sizeof(float) / 2, $"{session.ActivationBytes} of {sum * sizeof(float)} bytes");
    }

    [TestMethod]
    public void Sixteen_bits_take_half_the_memory()
    {
        // A network of more than its input: that stays in 32 bits.
        Model model = TestModels.WithWeights(TestModels.Sequential(
            new TensorShape(3, 16, 16), new Conv2d(3, 64, 3, 1, 1), new Conv2d(64, 64, 3, 1, 1),
            new Flatten(), new Linear(16384, 10)));
        using InferenceSession full = TestDevices.SoftwareWithFp16.CreateSession(model);
        using InferenceSession half = TestDevices.SoftwareWithFp16.CreateSession(
            TestModels.WithWeights(model.Graph), new SessionOptions { Fp16 = true });
        Assert.IsTrue(half.ActivationBytes <= 0.51 * full.ActivationBytes, $"{half.ActivationBytes} of {full.ActivationBytes}");
        Assert.IsTrue(half.WeightBytes <= 0.51 * full.WeightBytes, $"{half.WeightBytes} of {full.WeightBytes}");
    }

    [TestMethod]
    public void A_model_s_sessions_in_16_and_in_32_bits_have_weights_of_their_own()
    {
        float[] input = Input(1);
        float[] alone = new float[Model.Graph.OutputShape.ElementCount], half = new float[alone.Length], full = new float[alone.Length];
        using (InferenceSession first = TestDevices.Software.CreateSession(Model))
            first.Run(input, alone);
        Model same = NetworkOfAllOperators();
        using InferenceSession sixteen = TestDevices.SoftwareWithFp16.CreateSession(same, new SessionOptions { Fp16 = true });
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
    public void Layers_are_there_after_a_run_and_for_its_items_alone()
    {
        int item = InputShape.ElementCount, classes = Model.Graph.OutputShape.ElementCount, pooled = Model.Graph.OutputShapeOf(3).ElementCount;
        Assert.AreEqual("maxpool", Model.Graph.Layers[3].Name);
        using InferenceSession session = TestDevices.Software.CreateSession(
            Model, new SessionOptions { Batch = 2, KeepLayerOutputs = true });
        Assert.ThrowsExactly<InvalidOperationException>(() => session.ReadLayer("maxpool", new float[pooled]));
        session.Run(Input(1), new float[classes]);
        session.ReadLayer("maxpool", new float[pooled]);
        foreach (int length in (int[])[0, pooled - 1, 2 * pooled])
            Assert.ThrowsExactly<ShapeMismatchException>(() => session.ReadLayer("maxpool", new float[length]), $"{length}");
        session.Run([new Image(new byte[3], 1, 1), new Image(new byte[3], 1, 1)], new float[2 * classes]);
        session.ReadLayer("maxpool", new float[2 * pooled]);
        Assert.ThrowsExactly<ShapeMismatchException>(() => session.ReadLayer("maxpool", new float[pooled]));

        VulkanResult.Injected = (call, result) => call == "vkQueueSubmit" ? Silk.NET.Vulkan.Result.ErrorOutOfHostMemory : result;
        try
        {
            Assert.ThrowsExactly<OutOfDeviceMemoryException>(() => session.Run(Input(1), new float[classes]));
        }
        finally
        {
            VulkanResult.Injected = null;
        }
        Assert.ThrowsExactly<InvalidOperationException>(() => session.ReadLayer("maxpool", new float[pooled]));
    }

    [TestMethod]
    public async Task Layers_of_a_run_beside_other_work_are_there_too()
    {
        int pooled = Model.Graph.OutputShapeOf(3).ElementCount;
        float[] expected = new float[pooled], actual = new float[pooled];
        using InferenceSession session = TestDevices.Software.CreateSession(Model, new SessionOptions { KeepLayerOutputs = true });
        session.Run(Input(1), new float[Model.Graph.OutputShape.ElementCount]);
        session.ReadLayer("maxpool", expected);
        await session.RunAsync(new float[InputShape.ElementCount], new float[Model.Graph.OutputShape.ElementCount]);
        session.ReadLayer("maxpool", actual);
        CollectionAssert.AreNotEqual(expected, actual);
        await session.RunAsync(Input(1), new float[Model.Graph.OutputShape.ElementCount]);
        session.ReadLayer("maxpool", actual);
        CollectionAssert.AreEqual(expected, actual);
    }

    [TestMethod]
    public void A_tensor_beyond_the_device_is_refused_with_the_figures()
    {
        // lavapipe binds 128 MiB at most, SwiftShader 1 GiB; no device binds 8 GiB.
        var graph = new ModelGraph("wide", new(1, 32, 32), [new Layer("pool", new MaxPool2d(1, 1, 0, false))]);
        var model = new Model(graph, new Dictionary<string, Tensor>(), [], new Preprocessing([0], [1]));
        var e = Assert.ThrowsExactly<DeviceLimitException>(
            () => TestDevices.Software.CreateSession(model, new SessionOptions { Batch = 2_000_000 }));
        StringAssert.Contains(e.Message, "8192000000 bytes");
    }

    [TestMethod]
    public void Weights_beyond_the_device_are_refused_without_blaming_the_batch()
    {
        // lavapipe binds 128 MiB at most, SwiftShader 1 GiB: in tiles of four channels these take more.
        const int Channels = 1 << 14;
        Model model = TestModels.WithZeros(TestModels.Sequential(
            new TensorShape(Channels, 1, 1), new Conv2d(Channels, Channels, new(64, 65), 1, 32) { Groups = Channels, Bias = false }));
        var e = Assert.ThrowsExactly<DeviceLimitException>(() => TestDevices.Software.CreateSession(model));
        StringAssert.Contains(e.Message, $"{16L * Channels * 64 * 65} bytes");
        Assert.EndsWith("its weights do not fit, unless SessionOptions.Fp16 halves them.", e.Message);
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
            graph, graph.Parameters.ToDictionary(parameter => parameter.Name, parameter => new Tensor(parameter.Shape, Weights(parameter))),
            [], Preprocessing.ImageNet);

        // Sums as large as what they are of: else the softmax gives 1 and nothing but 0, whatever the input and the storage.
        float[] Weights(Parameter parameter)
        {
            float[] weights = RandomNumbers.Weights(random, parameter);
            TensorShape shape = parameter.Shape;
            return shape.Rank < 2 ? weights : [.. weights.Select(weight => weight / MathF.Sqrt(shape.ElementCount / shape[0]))];
        }
    }

    internal static float[] Input(int items) => Floats(new Random(8), items * InputShape.ElementCount, 4);

    private static float[] Floats(Random random, int count, float range) =>
        [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * range)];
}
