using SoftPool.Onnx.Import;
using SoftPool.Trainer.Verification;

namespace SoftPool.Trainer.Tests.Verification;

/// <summary>Files that no one of the project made, in the folder that SOFTPOOL_ONNX names, against ONNX Runtime on
/// fresh inputs.</summary>
[TestClass]
public sealed class RealOnnxComparisonTests
{
    [TestMethod]
    [DataRow("light_inception_v1.onnx", "")]
    [DataRow("light_shufflenet.onnx", "")]
    [DataRow("light_squeezenet.onnx", "")]
    [DataRow("ch_ppocr_mobile_v2.0_cls_infer.onnx", "1x3x48x192")]
    [DataRow("ch_PP-OCRv4_det_infer.onnx", "1x3x64x64")]
    public void Every_layer_is_what_ONNX_Runtime_computes(string name, string shape)
    {
        string path = Path.Combine(Environment.GetEnvironmentVariable("SOFTPOOL_ONNX") ?? "", name);
        if (!File.Exists(path))
            Assert.Inconclusive($"SOFTPOOL_ONNX does not name a folder with {name}.");
        var options = new OnnxOptions();
        if (shape.Length > 0)
        {
            int[] extents = [.. shape.Split('x')
                .Select(extent => int.Parse(extent, System.Globalization.CultureInfo.InvariantCulture))];
            options = options with { Shapes = new Dictionary<string, IReadOnlyList<int>> { ["x"] = extents } };
        }
        using OnnxImport import = OnnxImport.Open(path, options);
        var comparison = OnnxComparison.OfTorch(OnnxPair.Of(path, import, import.Model()));
        Assert.IsTrue(comparison.Passed, $"{comparison}");
    }
}
