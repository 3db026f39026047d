using SoftPool.Trainer.Augmentation;

namespace SoftPool.Trainer.Tests.Augmentation;

/// <summary>What is drawn has the distribution that its option promises, of 20,000 images of one step.</summary>
[TestClass]
public sealed class ImageVariationTests
{
    [TestMethod]
    public void Shares_are_the_larger_of_Beta_s()
    {
        // Of Beta(1.5, 1.5), |x - 1/2| has the mean 2 / (3 pi) and the mean square 1/16.
        const double Mean = 2 / (3 * Math.PI);
        float[] shares = Values(AugmentationOptions.None with { Mixup = 1.5 }, variation => variation.Share);
        Assert.AreEqual(0.5 + Mean, shares.Average(), 0.003);
        Assert.AreEqual(Math.Sqrt(1 / 16.0 - Mean * Mean), Deviation(shares), 0.003);
        Assert.IsTrue(shares.All(share => share is >= 0.5f and <= 1));
    }

    [TestMethod]
    public void Angles_and_factors_fill_their_ranges_evenly()
    {
        AssertUniform(Values(AugmentationOptions.None with { Rotation = 20 }, variation => variation.Angle),
            -Math.PI / 9, Math.PI / 9);
        AssertUniform(
            Values(AugmentationOptions.None with { Brightness = 0.2 }, variation => variation.Brightness), 0.8, 1.2);
        AssertUniform(
            Values(AugmentationOptions.None with { Contrast = 0.3 }, variation => variation.Contrast), 0.7, 1.3);
        AssertUniform(
            Values(AugmentationOptions.None with { Saturation = 0.4 }, variation => variation.Saturation), 0.6, 1.4);
    }

    [TestMethod]
    public void Crops_lie_anywhere_within_the_image()
    {
        ImageVariation[] crops = [.. Draw(AugmentationOptions.None with { CropScale = 0.3 })
            .Where(variation => variation.CropWidth < 0.95f && variation.CropHeight < 0.95f)];
        AssertUniform([.. crops.Select(variation => variation.CropLeft / (1 - variation.CropWidth))], 0, 1);
        AssertUniform([.. crops.Select(variation => variation.CropTop / (1 - variation.CropHeight))], 0, 1);
    }

    [TestMethod]
    public void As_many_images_are_mirrored_as_asked_for()
    {
        foreach (double probability in (double[])[0, 0.2, 0.5, 1])
            Assert.AreEqual(
                probability, Values(AugmentationOptions.None with { Flip = probability }, variation =>
                    variation.Flip ? 1 : 0).Average(),
                0.01);
    }

    private static ImageVariation[] Draw(AugmentationOptions options) =>
        ImageVariation.Draw(options, seed: 1, step: 2, images: 20000);

    private static float[] Values(AugmentationOptions options, Func<ImageVariation, float> value) =>
        [.. Draw(options).Select(value)];

    private static void AssertUniform(float[] values, double low, double high)
    {
        double range = high - low;
        Assert.AreEqual(low, values.Min(), 0.01 * range);
        Assert.AreEqual(high, values.Max(), 0.01 * range);
        Assert.AreEqual((low + high) / 2, values.Average(), 0.01 * range);
        Assert.AreEqual(range / Math.Sqrt(12), Deviation(values), 0.01 * range);
    }

    private static double Deviation(float[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}
