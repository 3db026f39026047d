using SoftPool.Runtime.Tests;
using SoftPool.Trainer.Training;
using SoftPool.Verification;
using TorchSharp;

namespace SoftPool.Trainer.Tests.Training;

[TestClass]
public sealed class ImagePreprocessingTests
{
    private static readonly Preprocessing Unit = new([0, 0, 0], [1, 1, 1]);

    [TestMethod]
    public void Enlarging_equals_torchs_bilinear_interpolation()
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor bytes = Bytes(2, 5, 7);
        torch.Tensor expected = torch.nn.functional.interpolate(
            bytes.to(torch.float32).Over(255), [13, 16], mode: torch.InterpolationMode.Bilinear, align_corners: false);
        AssertClose(expected, Apply(Unit, bytes, new Size2d(13, 16)));
    }

    [TestMethod]
    public void Shrinking_averages_over_what_a_pixel_covers()
    {
        using var scope = torch.NewDisposeScope();
        // A ramp of 4 pixels to 2: the triangle around the first target's centre, at 1, reaches 2 to each side; its
        // weights on the pixels' centres 0.5, 1.5, 2.5 are 0.75, 0.75, 0.25.
        torch.Tensor row = torch.tensor(new byte[] { 0, 100, 200, 250 }).reshape(1, 1, 1, 4).expand(1, 3, 2, 4);
        torch.Tensor y = Apply(Unit, row.contiguous(), new Size2d(2, 2)).Times(255);
        Assert.AreEqual((0.75 * 100 + 0.25 * 200) / 1.75, y[0, 0, 0, 0].item<float>(), 1e-4);
        Assert.AreEqual((0.25 * 100 + 0.75 * 200 + 0.75 * 250) / 1.75, y[0, 2, 1, 1].item<float>(), 1e-4);
    }

    [TestMethod]
    public void Channels_are_normalised_each_by_its_own()
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor bytes = Bytes(1, 3, 4);
        torch.Tensor mean = PerChannel(Preprocessing.ImageNet.Mean);
        torch.Tensor deviation = PerChannel(Preprocessing.ImageNet.StandardDeviation);
        torch.Tensor expected = (bytes.to(torch.float32).Over(255) - mean) / deviation;
        AssertClose(expected, Apply(Preprocessing.ImageNet, bytes, new Size2d(3, 4)));
    }

    [TestMethod]
    public void Every_way_to_resize_equals_its_definition_and_the_runtime_s_reference()
    {
        List<string> wrong = [];
        foreach (Resize way in ResizeByDefinition.Ways)
            foreach ((int width, int height) in ResizeByDefinition.Sizes)
                Compare(way, width, height, new Size2d(24, 31));
        Compare(new CenterCrop(11) { Interpolation = Interpolation.Bicubic }, 4000, 3000, new Size2d(9, 10));
        Compare(new Letterbox(114), 4000, 3000, new Size2d(9, 10));
        Assert.IsEmpty(wrong, string.Join('\n', wrong));

        void Compare(Resize way, int width, int height, Size2d to)
        {
            using var scope = torch.NewDisposeScope();
            Preprocessing preprocessing = Preprocessing.ImageNet with { Resize = way };
            Image picture = ResizeByDefinition.Picture(width, height);
            torch.Tensor bytes = torch.tensor(picture.Pixels.ToArray(), [1, height, width, 3], torch.uint8)
                .permute(0, 3, 1, 2).contiguous();
            float[] actual = Apply(preprocessing, bytes, to).data<float>().ToArray();
            double[] expected = ResizeByDefinition.Compute(picture, to.Height, to.Width, preprocessing);
            double[] reference = ImageReference.Compute(
                picture, new TensorShape(3, to.Height, to.Width), preprocessing);
            double error = expected.Zip(actual, (x, y) => Math.Abs(x - y)).Max();
            double toReference = reference.Zip(actual, (x, y) => Math.Abs(x - y)).Max();
            if (!(error <= 1e-5) || !(toReference <= 1e-5))
                wrong.Add($"{way} of {width}x{height}: {error} from the definition, {toReference} from the reference");
        }
    }

    private static torch.Tensor Bytes(int items, int height, int width)
    {
        torch.manual_seed(2);
        return torch.randint(0, 256, [items, 3, height, width], torch.uint8);
    }

    private static torch.Tensor PerChannel(IReadOnlyList<float> values) =>
        torch.tensor(values.ToArray()).reshape(1, 3, 1, 1);

    private static torch.Tensor Apply(Preprocessing preprocessing, torch.Tensor bytes, Size2d to)
    {
        using var transform = new ImagePreprocessing(
            preprocessing, new Size2d((int)bytes.shape[2], (int)bytes.shape[3]), to, torch.CPU);
        return transform.Apply(bytes);
    }

    private static void AssertClose(torch.Tensor expected, torch.Tensor actual)
    {
        CollectionAssert.AreEqual(expected.shape, actual.shape);
        Assert.IsTrue((expected - actual).abs().max().item<float>() <= 2e-6f);
    }
}
