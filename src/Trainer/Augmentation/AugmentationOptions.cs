namespace SoftPool.Trainer.Augmentation;

/// <summary>How training images are varied; the defaults are the reference recipe's. A part that is 0 (or a crop of 1)
/// is off. </summary>
internal sealed record AugmentationOptions
{
    /// <summary>The brightness is multiplied by a factor within 1 ± this.</summary>
    public double Brightness { get; init; } = 0.2;

    /// <summary>The distance from the mean grey is multiplied by a factor within 1 ± this.</summary>
    public double Contrast { get; init; } = 0.2;

    /// <summary>The distance from each pixel's own grey is multiplied by a factor within 1 ± this.</summary>
    public double Saturation { get; init; } = 0.2;

    /// <summary>Both parameters of the Beta distribution that an image's share in a mix of two is drawn from; the
    /// labels are mixed by the same share (Zhang et al., mixup, 2018).</summary>
    public double Mixup { get; init; } = 1.5;

    /// <summary>The smallest part of an image's area that a crop keeps; the largest is 1.</summary>
    public double CropScale { get; init; } = 0.6;

    /// <summary>The probability of mirroring an image left to right.</summary>
    public double Flip { get; init; } = 0.5;

    /// <summary>The largest angle of rotation to each side, in degrees; what comes into view is black.</summary>
    public double Rotation { get; init; } = 20;

    /// <summary>Every part off.</summary>
    public static AugmentationOptions None { get; } = new()
    {
        Brightness = 0,
        Contrast = 0,
        Saturation = 0,
        Mixup = 0,
        CropScale = 1,
        Flip = 0,
        Rotation = 0,
    };

    /// <summary>Complains about the first part that is out of its range.</summary>
    /// <exception cref="UserErrorException">A part is out of range; the message names its option.</exception>
    public void Check()
    {
        InRange("--brightness", Brightness, 0, 1);
        InRange("--contrast", Contrast, 0, 1);
        InRange("--saturation", Saturation, 0, 1);
        // Nearer to 0, all shares that can be drawn are 0 or 1 to the last bit, and the drawing of them does not end.
        if (Mixup is not (0 or >= 0.01 and <= 4))
            throw new UserErrorException($"--mixup takes 0 or a number from 0.01 to 4; got {Mixup}.");
        InRange("--crop-scale", CropScale, 0.01, 1);
        InRange("--flip", Flip, 0, 1);
        InRange("--rotation", Rotation, 0, 180);
    }

    private static void InRange(string option, double value, double low, double high)
    {
        if (!(value >= low && value <= high))
            throw new UserErrorException($"{option} takes a number from {low} to {high}; got {value}.");
    }
}
