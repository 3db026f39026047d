namespace SoftPool;

/// <summary>How an RGB image becomes the network's input: it is resized with bilinear interpolation (half-pixel
/// centres, antialiased where it shrinks), scaled to [0, 1], and normalised, (x - mean) / deviation, in each channel.
///</summary>
/// <param name="Mean">The mean of each channel.</param>
/// <param name="StandardDeviation">The standard deviation of each channel.</param>
public sealed record Preprocessing(IReadOnlyList<float> Mean, IReadOnlyList<float> StandardDeviation)
{
    /// <summary>The mean and deviation of ImageNet.</summary>
    public static Preprocessing ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);
}
