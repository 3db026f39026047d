namespace SoftPool.Trainer.Data;

/// <summary>One of CIFAR-10's files of images.</summary>
/// <param name="Pixels">N x 3 x 32 x 32, planar, as the data set's authors keep them too.</param>
/// <param name="Labels">The class of each of the N images; not yet held against the number of classes.</param>
internal sealed record Cifar10Batch(byte[] Pixels, int[] Labels)
{
    /// <summary>Height and width of every image, in pixels.</summary>
    public static Size2d Size => new(32, 32);

    /// <summary>3 x 32 x 32 bytes.</summary>
    public static int BytesPerImage => (int)ImageSet.BytesPerImage(Size);
}
