using SoftPool.Operators;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Training;
using TorchSharp;

namespace SoftPool.Verification.Tests;

/// <summary>Pictures on the device become what the trainer's evaluation makes of them in torch.</summary>
[TestClass]
public sealed class PictureParityTests
{
    [TestMethod]
    [DataRow(32, 32)]
    [DataRow(224, 224)]
    [DataRow(500, 375)]
    [DataRow(97, 1031)]
    public void The_device_resizes_and_normalises_as_the_trainer_s_evaluation(int width, int height)
    {
        var bytes = new byte[3 * width * height];
        new Random(1).NextBytes(bytes);
        var model = new Model(
            new ModelGraph("identity", new TensorShape(3, 224, 224),
                [new Layer("pool", new MaxPool2d(1, 1, 0, false))]),
            new Dictionary<string, Tensor>(), [], Preprocessing.ImageNet);
        using InferenceSession session = TestDevices.Software.CreateSession(model);
        var actual = new float[model.Graph.OutputShape.ElementCount];
        session.Run([new Image(bytes, width, height)], actual);

        using var scope = torch.NewDisposeScope();
        var planar = new byte[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
            planar[i % 3 * (width * height) + i / 3] = bytes[i];
        var set = new ImageSet(new Size2d(height, width), planar, [0]);
        using ImagePreprocessing preprocessing = ImagePreprocessing.For(model, set.Size, torch.CPU);
        float[] expected = preprocessing.Apply(ImageBatch.Of(set, [0]).Pixels).data<float>().ToArray();
        for (int i = 0; i < expected.Length; i++)
            if (!(Math.Abs(expected[i] - actual[i]) <= 1e-5))
                Assert.Fail($"Element {i} is {actual[i]:R}, and {expected[i]:R} in torch.");
    }
}
