using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Augmentation;

/// <summary>What happens to one image of one batch, drawn from the seed, the step and the image's place alone: the same
/// on every device, and after a resumption.</summary>
/// <param name="Brightness">The factor of the brightness.</param>
/// <param name="Contrast">The factor of the contrast.</param>
/// <param name="Saturation">The factor of the saturation.</param>
/// <param name="Share">The image's own share in its mix, in [0.5, 1].</param>
/// <param name="CropLeft">Where the crop begins, as a share of the image's width.</param>
/// <param name="CropTop">Where the crop begins, as a share of the image's height.</param>
/// <param name="CropWidth">The crop's width, as a share of the image's.</param>
/// <param name="CropHeight">The crop's height, as a share of the image's.</param>
/// <param name="Flip">Whether the crop is mirrored left to right.</param>
/// <param name="Angle">The rotation of the crop, counter-clockwise in radians.</param>
internal readonly record struct ImageVariation(
    float Brightness, float Contrast, float Saturation, float Share,
    float CropLeft, float CropTop, float CropWidth, float CropHeight, bool Flip, float Angle)
{
    /// <summary>torchvision's RandomResizedCrop tries this often to place a crop before it takes the whole
    /// image.</summary>
    private const int CropAttempts = 10;

    /// <summary>Draws the variations of a whole batch.</summary>
    public static ImageVariation[] Draw(AugmentationOptions options, int seed, int step, int images) =>
        Draw(options, seed, step, Enumerable.Range(0, images));

    /// <summary>Draws the variations of images at some places of a batch.</summary>
    public static ImageVariation[] Draw(AugmentationOptions options, int seed, int step, IEnumerable<int> places)
    {
        ulong stepSeed = SplitMix64.ForItem((ulong)seed, step).Next();
        return [.. places.Select(place => Draw(options, SplitMix64.ForItem(stepSeed, place)))];
    }

    private static ImageVariation Draw(AugmentationOptions options, SplitMix64 random)
    {
        float brightness = Factor(options.Brightness, ref random);
        float contrast = Factor(options.Contrast, ref random);
        float saturation = Factor(options.Saturation, ref random);
        float share = options.Mixup > 0 ? Beta(options.Mixup, ref random) : 1;
        (float width, float height) = CropSize(options.CropScale, ref random);
        return new ImageVariation(
            brightness, contrast, saturation,
            // The larger share is the image's own: which of the two is which makes no difference to the mixes drawn.
            Math.Max(share, 1 - share),
            random.Between(0, 1) * (1 - width), random.Between(0, 1) * (1 - height), width, height,
            random.Between(0, 1) < options.Flip,
            random.Between(-1, 1) * (float)(options.Rotation * Math.PI / 180));
    }

    private static float Factor(double range, ref SplitMix64 random) =>
        random.Between((float)(1 - range), (float)(1 + range));

    /// <summary>The area uniform in [scale, 1], the logarithm of the aspect uniform in that of [3/4, 4/3].</summary>
    private static (float Width, float Height) CropSize(double scale, ref SplitMix64 random)
    {
        if (scale >= 1)
            return (1, 1);
        float logAspect = MathF.Log(4f / 3);
        for (int attempt = 0; attempt < CropAttempts; attempt++)
        {
            float area = random.Between((float)scale, 1);
            float aspect = MathF.Exp(random.Between(-logAspect, logAspect));
            (float width, float height) = (MathF.Sqrt(area * aspect), MathF.Sqrt(area / aspect));
            if (width <= 1 && height <= 1)
                return (width, height);
        }
        return (1, 1);
    }

    /// <summary>Beta(a, a) by Jöhnk's method (1964).</summary>
    private static float Beta(double a, ref SplitMix64 random)
    {
        while (true)
        {
            double x = Math.Pow(random.Between(0, 1), 1 / a), y = Math.Pow(random.Between(0, 1), 1 / a);
            if (x + y is > 0 and <= 1)
                return (float)(x / (x + y));
        }
    }
}
