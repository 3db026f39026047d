namespace SoftPool;

/// <summary>How an RGB image becomes the network's input. The image is resized with bilinear interpolation (half-pixel
/// centres, antialiased when it shrinks) and scaled to [0, 1]. Then each channel is normalised: (x - mean) /
/// deviation.</summary>
/// <param name="Mean">The mean of each channel, for values in [0, 1].</param>
/// <param name="StandardDeviation">The standard deviation of each channel, for values in [0, 1].</param>
public sealed record Preprocessing(IReadOnlyList<float> Mean, IReadOnlyList<float> StandardDeviation)
{
    /// <summary>The mean and standard deviation of ImageNet.</summary>
    public static Preprocessing ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);
}
