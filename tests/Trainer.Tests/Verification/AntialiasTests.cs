using SoftPool.Runtime.Tests;
using SoftPool.Runtime.Tests.Onnx.Import;
using SoftPool.Trainer.Verification;
using SoftPool.Verification;

namespace SoftPool.Trainer.Tests.Verification;

/// <summary>Antialiased pictures are what ONNX Runtime's Resize makes of them, whose antialias is Pillow's.</summary>
[TestClass]
public sealed class AntialiasTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(Interpolation.Bilinear, 33, 57, 31, 24)]
    [DataRow(Interpolation.Bilinear, 7, 5, 31, 24)]
    [DataRow(Interpolation.Bilinear, 300, 200, 13, 9)]
    [DataRow(Interpolation.Bicubic, 33, 57, 31, 24)]
    [DataRow(Interpolation.Bicubic, 7, 5, 31, 24)]
    [DataRow(Interpolation.Bicubic, 300, 200, 13, 9)]
    [DataRow(Interpolation.Bicubic, 9, 200, 31, 24)]
    public void A_resized_picture_is_ONNX_Runtime_s(Interpolation way, int width, int height, int toWidth, int toHeight)
    {
        Image picture = ResizeByDefinition.Picture(width, height);
        var planar = new float[3 * height * width];
        for (int i = 0; i < planar.Length; i++)
            planar[i] = picture.Pixels.Span[i % (height * width) * 3 + i / (height * width)];
        File.WriteAllBytes(_folder["resize.onnx"], new GraphWriter(19).Input("x", 1, 3, height, width).Output("y")
            .Ints("sizes", 1, 3, toHeight, toWidth)
            .Node("Resize", "x - - sizes", "y", ("mode", way == Interpolation.Bicubic ? "cubic" : "linear"),
                ("cubic_coeff_a", -0.5f), ("antialias", 1), ("exclude_outside", 1)).ToArray());
        double[] actual = ImageReference.Compute(
            picture, new TensorShape(3, toHeight, toWidth), new Preprocessing([0, 0, 0], [1 / 255f, 1 / 255f, 1 / 255f])
            {
                Resize = new Stretch { Interpolation = way },
            });
        using var runner = new OnnxRunner(_folder["resize.onnx"], [], optimised: false);
        double error = double.NaN;
        runner.Run([("x", [1, 3, height, width], planar)], ["y"], (_, expected) => error = expected.ToArray()
            .Zip(actual, (x, y) => Math.Abs(Math.Clamp(x, 0, 255) - y)).Max());
        Assert.IsTrue(error <= 2e-3, $"off by {error} of 255");
    }
}
