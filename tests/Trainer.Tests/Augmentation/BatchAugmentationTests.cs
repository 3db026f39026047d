using SoftPool.Torch;
using SoftPool.Trainer.Augmentation;
using SoftPool.Trainer.Training;
using TorchSharp;

namespace SoftPool.Trainer.Tests.Augmentation;

[TestClass]
public sealed class BatchAugmentationTests
{
    private static readonly Preprocessing Bytes = new([0, 0, 0], [1 / 255f, 1 / 255f, 1 / 255f]);

    [TestMethod]
    [DataRow(8, 8, 8, 8)]
    [DataRow(7, 5, 22, 31)]
    [DataRow(32, 32, 24, 24)]
    [DataRow(240, 300, 33, 47)]
    public void With_every_part_off_it_is_the_evaluation_s_preprocessing(
        int height, int width, int toHeight, int toWidth)
    {
        using var scope = torch.NewDisposeScope();
        Size2d from = new(height, width), to = new(toHeight, toWidth);
        // Larger images are shrunk twice, and smaller outputs than sources are sampled without averaging: smooth ones
        // agree.
        torch.Tensor images = Smooth(3, from);
        using var evaluation = new ImagePreprocessing(Preprocessing.ImageNet, from, to, torch.CPU);
        torch.Tensor expected = evaluation.Apply(images);
        torch.Tensor actual = Apply(AugmentationOptions.None, images, to, Preprocessing.ImageNet);
        double tolerance = toHeight >= height ? 1e-5 : 0.05;
        Assert.IsTrue((actual - expected).abs().max().item<float>() <= tolerance,
            $"{(actual - expected).abs().max().item<float>()}");
    }

    [TestMethod]
    public void A_certain_flip_mirrors_left_to_right()
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor images = Noise(2, new Size2d(6, 9));
        torch.Tensor actual = Apply(AugmentationOptions.None with { Flip = 1 }, images, new Size2d(6, 9), Bytes);
        AssertClose(images.flip(3).to(torch.float32), actual, 1e-3);
    }

    [TestMethod]
    public void Rotation_keeps_the_centre_and_the_aspect_and_fills_with_black()
    {
        using var scope = torch.NewDisposeScope();
        // A white disc in the middle of a wide grey image stays where and what it is.
        var size = new Size2d(40, 80);
        torch.Tensor y = TensorArithmetic.Range(40).Plus(-19.5).reshape(-1, 1),
            x = TensorArithmetic.Range(80).Plus(-39.5).reshape(1, -1);
        torch.Tensor beyond = (x * x).Plus(y * y).Plus(-100), disc = beyond.le(Scalars.Zero);
        torch.Tensor images = torch.where(disc, 255, 100).to(torch.uint8).expand(16, 3, 40, 80).contiguous();
        torch.Tensor actual = Apply(AugmentationOptions.None with { Rotation = 180 }, images, size, Bytes);
        torch.Tensor far = beyond.abs().ge(torch.tensor(60f));
        torch.Tensor inDisc = actual.masked_select(disc.logical_and(far));
        Assert.IsTrue(inDisc.Plus(-255).abs().max().item<float>() <= 0.01);
        torch.Tensor outside = actual.masked_select(disc.logical_not().logical_and(far));
        // Grey or black, nothing between: beyond the image is black at once, not faded.
        Assert.IsTrue(torch.minimum(outside.abs(), outside.Plus(-100).abs()).max().item<float>() <= 0.01);
        Assert.IsTrue(outside.eq(Scalars.Zero).any().item<bool>());
        // Black is the colour, before normalisation and not after it.
        torch.Tensor normalised = Apply(
            AugmentationOptions.None with { Rotation = 180 }, images, size, Preprocessing.ImageNet);
        torch.Tensor black = torch.tensor(new[] { -0.485f / 0.229f, -0.456f / 0.224f, -0.406f / 0.225f }).reshape(
            1, 3, 1, 1);
        Assert.IsTrue((normalised - black).masked_select(actual.eq(Scalars.Zero)).abs().max().item<float>() <= 1e-5);
    }

    [TestMethod]
    public void Crops_show_a_part_of_the_image_at_full_size()
    {
        using var scope = torch.NewDisposeScope();
        // A ramp along both axes: its range in the output is the part of the axis that the crop kept.
        var size = new Size2d(64, 64);
        torch.Tensor ramp = TensorArithmetic.Range(64).Times(4);
        torch.Tensor images = torch.stack(
            [ramp.reshape(1, -1).expand(64, 64), ramp.reshape(-1, 1).expand(64, 64), torch.zeros(64, 64)])
            .to(torch.uint8).expand(200, 3, 64, 64).contiguous();
        torch.Tensor actual = Apply(AugmentationOptions.None with { CropScale = 0.6 }, images, size, Bytes);
        torch.Tensor width = (actual.select(1, 0).amax([1, 2]) - actual.select(1, 0).amin([1, 2]))
            .Over(256).Plus(1.0 / 64);
        torch.Tensor height = (actual.select(1, 1).amax([1, 2]) - actual.select(1, 1).amin([1, 2]))
            .Over(256).Plus(1.0 / 64);
        torch.Tensor area = width * height, aspect = width / height;
        Assert.IsTrue(area.min().item<float>() is >= 0.57f and <= 0.65f, $"{area.min().item<float>()}");
        Assert.IsTrue(area.max().item<float>() is >= 0.95f and <= 1.01f, $"{area.max().item<float>()}");
        Assert.IsTrue(
            aspect.min().item<float>() is >= 0.72f and <= 0.82f && aspect.max().item<float>() is >= 1.22f and <= 1.39f);
    }

    [TestMethod]
    public void Mixup_mixes_labels_by_the_share_of_the_pixels()
    {
        using var scope = torch.NewDisposeScope();
        // Each image is one number all over, its class times 50: the mix tells both shares.
        torch.Tensor labels = torch.tensor(new long[] { 0, 1, 2, 3 });
        torch.Tensor images = labels.Times(50).to(torch.uint8).reshape(4, 1, 1, 1).expand(4, 3, 5, 5).contiguous();
        using var augmentation = new BatchAugmentation(
            AugmentationOptions.None with { Mixup = 1.5 }, Bytes, new Size2d(5, 5), new Size2d(5, 5), 4, torch.CPU);
        (torch.Tensor mixed, torch.Tensor targets) = augmentation.Apply(images, labels, 3, 0, torch.float32);
        AssertClose(targets.matmul(TensorArithmetic.Range(4).Times(50)), mixed.mean([1, 2, 3]), 1e-3);
        AssertClose(torch.ones(4), targets.sum(1), 1e-6);
        // The larger share is the image's own, and it is a real mix.
        CollectionAssert.AreEqual(labels.data<long>().ToArray(), targets.argmax(1).data<long>().ToArray());
        Assert.IsTrue(targets.max(1).values.max().item<float>() < 1);
    }

    [TestMethod]
    public void Jitter_blends_with_black_grey_and_the_mean()
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor images = Noise(20, new Size2d(6, 6)).Over(4).Plus(90).to(torch.uint8);
        torch.Tensor x = images.to(torch.float32);
        torch.Tensor brightness = Apply(
            AugmentationOptions.None with { Brightness = 0.2 }, images, new Size2d(6, 6), Bytes);
        torch.Tensor factors = (brightness / x).amax([1, 2, 3]);
        AssertClose(brightness, x * factors.reshape(-1, 1, 1, 1), 1e-2);
        Assert.IsTrue(
            factors.min().item<float>() is >= 0.8f and < 0.9f && factors.max().item<float>() is <= 1.2f and > 1.1f);

        torch.Tensor contrast = Apply(
            AugmentationOptions.None with { Contrast = 0.2 }, images, new Size2d(6, 6), Bytes);
        AssertClose(Grey(x).mean([1, 2]), Grey(contrast).mean([1, 2]), 1e-2);
        Assert.IsFalse(contrast.allclose(x));

        torch.Tensor saturation = Apply(
            AugmentationOptions.None with { Saturation = 0.2 }, images, new Size2d(6, 6), Bytes);
        AssertClose(Grey(x), Grey(saturation), 1e-2);
        Assert.IsFalse(saturation.allclose(x));

        static torch.Tensor Grey(torch.Tensor rgb) =>
            (rgb * torch.tensor(new float[] { 0.299f, 0.587f, 0.114f }).reshape(1, 3, 1, 1)).sum(1);
    }

    [TestMethod]
    public void Jitter_stays_within_black_and_white()
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor images = Noise(20, new Size2d(6, 6));
        foreach (AugmentationOptions options in (AugmentationOptions[])
            [
                AugmentationOptions.None with { Brightness = 1 }, AugmentationOptions.None with { Contrast = 1 },
                AugmentationOptions.None with { Saturation = 1 },
            ])
        {
            torch.Tensor actual = Apply(options, images, new Size2d(6, 6), Bytes);
            Assert.AreEqual(255, actual.max().item<float>(), 1e-3, $"{options}");
            Assert.IsTrue(actual.min().item<float>() is >= 0 and < 20, $"{options}");
        }
    }

    [TestMethod]
    public void Each_step_varies_anew_and_the_same_step_alike()
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor images = Noise(4, new Size2d(8, 8));
        torch.Tensor first = Apply(new AugmentationOptions(), images, new Size2d(16, 16), Bytes, step: 0);
        AssertClose(first, Apply(new AugmentationOptions(), images, new Size2d(16, 16), Bytes, step: 0), 0);
        Assert.IsFalse(first.allclose(Apply(new AugmentationOptions(), images, new Size2d(16, 16), Bytes, step: 1)));
    }

    [TestMethod]
    public void A_part_out_of_range_is_named_by_its_option()
    {
        foreach ((AugmentationOptions options, string option) in ((AugmentationOptions, string)[])
            [
                (new() { Brightness = -0.1 }, "--brightness"), (new() { Mixup = double.NaN }, "--mixup"),
                (new() { CropScale = 0 }, "--crop-scale"),
                (new() { Flip = 1.1 }, "--flip"), (new() { Rotation = 181 }, "--rotation"),
            ])
            StringAssert.Contains(Assert.ThrowsExactly<UserErrorException>(options.Check).Message, option);
    }

    private static torch.Tensor Apply(
        AugmentationOptions options, torch.Tensor images, Size2d to, Preprocessing preprocessing, int step = 0)
    {
        using var augmentation = new BatchAugmentation(
            options, preprocessing, new Size2d((int)images.shape[2], (int)images.shape[3]), to, 2, torch.CPU);
        torch.Tensor labels = torch.zeros(images.shape[0], torch.int64);
        return augmentation.Apply(images, labels, seed: 5, step, torch.float32).Images;
    }

    private static torch.Tensor Noise(int images, Size2d size)
    {
        using var generator = new torch.Generator(1);
        return torch.randint(0, 256, [images, 3, size.Height, size.Width], torch.uint8, generator: generator);
    }

    private static torch.Tensor Smooth(int images, Size2d size)
    {
        torch.Tensor y = torch.linspace(0, 3, size.Height).reshape(-1, 1),
            x = torch.linspace(0, 2, size.Width).reshape(1, -1);
        torch.Tensor wave = x.Plus(y).sin().Times(100).Plus(128).round().to(torch.uint8);
        return wave.expand(images, 3, size.Height, size.Width).contiguous();
    }

    private static void AssertClose(torch.Tensor expected, torch.Tensor actual, double tolerance)
    {
        float largest = (expected - actual).abs().max().item<float>();
        Assert.IsTrue(largest <= tolerance, $"differs by {largest}");
    }
}
