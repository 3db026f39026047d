namespace SoftPool.Trainer.Networks;

/// <summary>The 1000 classes of ImageNet's challenge of 2012, in the order of torchvision's outputs.</summary>
internal static class ImageNetClasses
{
    /// <summary>A short English name of each, all different.</summary>
    public static IReadOnlyList<string> Names => field ??= Read();

    private static string[] Read()
    {
        using Stream resource = typeof(ImageNetClasses).Assembly.GetManifestResourceStream("imagenet.txt")!;
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
