using SoftPool.Onnx.Import;
using SoftPool.Verification;
using static SoftPool.Runtime.Tests.Onnx.OnnxFiles;

namespace SoftPool.Runtime.Tests.Onnx.Import;

/// <summary>Files that no one of the project made, in the folder that SOFTPOOL_ONNX names.</summary>
[TestClass]
public sealed class RealOnnxTests
{
    private const double Tolerance = 1e-9;

    [TestMethod]
    [DataRow("light_bvlc_alexnet", 22)]
    [DataRow("light_densenet121", 426)]
    [DataRow("light_inception_v1", 142)]
    [DataRow("light_inception_v2", 233)]
    [DataRow("light_resnet50", 176)]
    [DataRow("light_shufflenet", 171)]
    [DataRow("light_squeezenet", 65)]
    [DataRow("light_vgg19", 44)]
    [DataRow("light_zfnet512", 22)]
    public void Files_of_the_onnx_project_give_their_own_outputs(string name, int layers)
    {
        SoftPool.Model model = SoftPool.Model.FromOnnx(Find($"{name}.onnx"));
        Assert.HasCount(layers, model.Graph.Layers);
        Assert.AreEqual(name, model.Graph.Name);
        float[] input = new float[3 * 224 * 224], output = new float[1000];
        for (int i = 0; i < input.Length; i++)
            input[i] = (float)i / input.Length;
        // Their equal weights make sums whose roundings all go one way: the self-test must grant that.
        using GpuDevice device = TestDevices.OpenSoftware(new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(model);
        Assert.IsEmpty(session.RejectedKernels);
        session.Run(input, output);
        var comparison = new TensorComparison();
        comparison.Add(Expected($"{name}_output_0.pb"), output);
        Assert.IsTrue(comparison.Nmse <= Tolerance, $"{name}: NMSE {comparison.Nmse}");
    }

    [TestMethod]
    public void The_text_direction_network_has_its_activations_found_in_what_they_are_written_out_as()
    {
        using OnnxImport import = OnnxImport.Open(
            Find("ch_ppocr_mobile_v2.0_cls_infer.onnx"),
            new OnnxOptions { Shapes = new Dictionary<string, IReadOnlyList<int>> { ["x"] = [1, 3, 48, 192] } });
        Dictionary<string, int> counts =
            import.Graph.Layers.CountBy(layer => layer.Operator.GetType().Name).ToDictionary();
        Assert.AreEqual(18, counts["Hardswish"]);
        Assert.AreEqual(9, counts["Hardsigmoid"]);
        Assert.AreEqual(53, counts["Conv2d"]);
        Assert.IsFalse(counts.ContainsKey("ReLU6"));
        Assert.AreEqual(new TensorShape(2), import.Graph.OutputShape);
    }

    [TestMethod]
    public void The_text_detection_network_is_imported_with_its_upsampling()
    {
        using OnnxImport import = OnnxImport.Open(
            Find("ch_PP-OCRv4_det_infer.onnx"),
            new OnnxOptions { Shapes = new Dictionary<string, IReadOnlyList<int>> { ["x"] = [1, 3, 96, 64] } });
        Dictionary<string, int> counts =
            import.Graph.Layers.CountBy(layer => layer.Operator.GetType().Name).ToDictionary();
        Assert.AreEqual(2, counts["ConvTranspose2d"]);
        Assert.AreEqual(6, counts["Upsample"]);
        Assert.AreEqual(new TensorShape(1, 96, 64), import.Graph.OutputShape);
    }

    [TestMethod]
    public void The_text_detection_network_takes_a_picture_upright_and_across()
    {
        string path = Find("ch_PP-OCRv4_det_infer.onnx");
        SoftPool.Model Of(int height, int width) => SoftPool.Model.FromOnnx(path, new OnnxOptions
        {
            Shapes = new Dictionary<string, IReadOnlyList<int>> { ["x"] = [1, 3, height, width] },
        });
        SoftPool.Model across = Of(64, 96), upright = across.WithInputShape(new TensorShape(3, 96, 64));
        Assert.AreEqual(new TensorShape(1, 96, 64), upright.Graph.OutputShape);
        float[] input = [.. Enumerable.Range(0, 3 * 64 * 96).Select(i => i * 37 % 101 / 50f - 1)];
        float[] output = new float[64 * 96], expected = new float[64 * 96];
        using GpuDevice device = TestDevices.OpenSoftware(new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(upright), other = device.CreateSession(Of(96, 64));
        session.Run(input, output);
        other.Run(input, expected);
        CollectionAssert.AreEqual(expected, output);
    }

    private static string Find(string name)
    {
        string path = Path.Combine(Environment.GetEnvironmentVariable("SOFTPOOL_ONNX") ?? "", name);
        if (!File.Exists(path))
            Assert.Inconclusive($"SOFTPOOL_ONNX does not name a folder with {name}.");
        return path;
    }

    private static float[] Expected(string name) =>
        Read(Model(Message().Bytes(5, File.ReadAllBytes(Find(name))))).Graph.Initializers[0].ToFloats();
}
