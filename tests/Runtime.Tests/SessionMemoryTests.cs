using SoftPool.Operators;
using static SoftPool.Runtime.Tests.SessionTests;

namespace SoftPool.Runtime.Tests;

/// <summary>The memory that a session takes, and what is refused because no device has it.</summary>
[TestClass]
public sealed class SessionMemoryTests
{
    private static readonly Model Model = NetworkOfAllOperators();

    [TestMethod]
    public void Activations_share_memory()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(Model);
        long sum = Enumerable.Range(0, Model.Graph.Layers.Count)
            .Sum(i => (long)Model.Graph.OutputShapeOf(i).ElementCount);
        Assert.IsTrue(
            session.ActivationBytes < sum * sizeof(float) / 2,
            $"{session.ActivationBytes} of {sum * sizeof(float)} bytes");
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
        Assert.IsTrue(
            half.ActivationBytes <= 0.51 * full.ActivationBytes, $"{half.ActivationBytes} of {full.ActivationBytes}");
        Assert.IsTrue(half.WeightBytes <= 0.51 * full.WeightBytes, $"{half.WeightBytes} of {full.WeightBytes}");
    }

    [TestMethod]
    public void An_item_beyond_the_device_is_refused_with_the_figures()
    {
        // lavapipe binds 128 MiB at most, SwiftShader 1 GiB.
        var graph = new ModelGraph("wide", new(1, 20_000, 20_000), [new Layer("pool", new MaxPool2d(1, 1, 0, false))]);
        var model = new Model(graph, new Dictionary<string, Tensor>(), [], new Preprocessing([0], [1]));
        var e = Assert.ThrowsExactly<DeviceLimitException>(
            () => TestDevices.Software.CreateSession(model, new SessionOptions { Batch = 2 }));
        StringAssert.Contains(e.Message, "1600000000 bytes");
        StringAssert.Contains(e.Message, "one item alone takes as much");
    }

    [TestMethod]
    public void Weights_beyond_the_device_are_refused_without_blaming_the_batch()
    {
        // lavapipe binds 128 MiB at most, SwiftShader 1 GiB: in tiles of four channels these take more.
        const int Channels = 1 << 14;
        Model model = TestModels.WithZeros(TestModels.Sequential(
            new TensorShape(Channels, 1, 1),
            new Conv2d(Channels, Channels, new(64, 65), 1, 32) { Groups = Channels, Bias = false }));
        var e = Assert.ThrowsExactly<DeviceLimitException>(() => TestDevices.Software.CreateSession(model));
        StringAssert.Contains(e.Message, $"{16L * Channels * 64 * 65} bytes");
        Assert.EndsWith("its weights do not fit, unless 16-bit storage halves them.", e.Message);
    }
}
