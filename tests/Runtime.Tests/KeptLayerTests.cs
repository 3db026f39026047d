using SoftPool.Runtime.Tests.Operators;
using SoftPool.Verification;
using SoftPool.Vulkan;
using static SoftPool.Runtime.Tests.SessionTests;

namespace SoftPool.Runtime.Tests;

/// <summary>The outputs of layers that a session keeps: right, and those of its last run.</summary>
[TestClass]
public sealed class KeptLayerTests
{
    private static readonly Model Model = NetworkOfAllOperators();
    private static readonly TensorShape InputShape = Model.Graph.InputShape;

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
            OperatorCheck.AssertClose(
                [.. expected.SelectMany(layers => layers[i])], actual, name, fp16 ? 1e-2 : OperatorCheck.Tolerance);
        }
    }

    [TestMethod]
    public void Layers_are_there_after_a_run_and_for_its_items_alone()
    {
        int item = InputShape.ElementCount, classes = Model.Graph.OutputShape.ElementCount,
            pooled = Model.Graph.OutputShapeOf(3).ElementCount;
        Assert.AreEqual("maxpool", Model.Graph.Layers[3].Name);
        using InferenceSession session = TestDevices.Software.CreateSession(
            Model, new SessionOptions { Batch = 2, KeepLayerOutputs = true });
        Assert.ThrowsExactly<InvalidOperationException>(() => session.ReadLayer("maxpool", new float[pooled]));
        session.Run(Input(1), new float[classes]);
        session.ReadLayer("maxpool", new float[pooled]);
        foreach (int length in (int[])[0, pooled - 1, 2 * pooled])
            Assert.ThrowsExactly<ShapeMismatchException>(
                () => session.ReadLayer("maxpool", new float[length]), $"{length}");
        session.Run([new Image(new byte[3], 1, 1), new Image(new byte[3], 1, 1)], new float[2 * classes]);
        session.ReadLayer("maxpool", new float[2 * pooled]);
        Assert.ThrowsExactly<ShapeMismatchException>(() => session.ReadLayer("maxpool", new float[pooled]));

        VulkanResult.Injected = (call, result) => call == "vkQueueSubmit"
            ? Silk.NET.Vulkan.Result.ErrorOutOfHostMemory : result;
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
        using InferenceSession session = TestDevices.Software.CreateSession(
            Model, new SessionOptions { KeepLayerOutputs = true });
        session.Run(Input(1), new float[Model.Graph.OutputShape.ElementCount]);
        session.ReadLayer("maxpool", expected);
        await session.RunAsync(new float[InputShape.ElementCount], new float[Model.Graph.OutputShape.ElementCount]);
        session.ReadLayer("maxpool", actual);
        CollectionAssert.AreNotEqual(expected, actual);
        await session.RunAsync(Input(1), new float[Model.Graph.OutputShape.ElementCount]);
        session.ReadLayer("maxpool", actual);
        CollectionAssert.AreEqual(expected, actual);
    }
}
