using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SoftPool.Trainer.Data;

/// <summary>A named data set: its classes, the images to train on and those to test on, all of one size.</summary>
internal sealed class ImageDataset
{
    /// <summary>Puts two sets under one list of classes.</summary>
    /// <exception cref="ArgumentException">
    /// The sets differ in size, a label has no class name, or class names are missing, empty or repeated.
    /// </exception>
    public ImageDataset(string name, IReadOnlyList<string> classNames, ImageSet train, ImageSet test)
    {
        if (train.Size != test.Size)
            throw new ArgumentException(
                $"Train and test images must have one size; got {Format(train.Size)} and {Format(test.Size)}.",
                nameof(test));
        if (classNames.Any(string.IsNullOrWhiteSpace) || classNames.Distinct().Count() != classNames.Count)
            throw new ArgumentException(
                $"Class names must be neither empty nor repeated; got {string.Join(", ", classNames)}.",
                nameof(classNames));
        CheckLabels(train, classNames.Count, nameof(train));
        CheckLabels(test, classNames.Count, nameof(test));
        Name = name;
        ClassNames = [.. classNames];
        Train = train;
        Test = test;
    }

    /// <summary>What to call the data set in tables: "procedural", or the name of the folder or archive.</summary>
    public string Name { get; }

    /// <summary>The name of each class; labels are indices into this list.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The images to learn from.</summary>
    public ImageSet Train { get; }

    /// <summary>The images to measure accuracy on. That none of them is in <see cref="Train"/> is up to whoever made the set.
    /// </summary>
    public ImageSet Test { get; }

    /// <summary>What whoever reads the set should know of how it was read, a line each.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>A digest of all images and labels, in hexadecimal digits: the same for the same set wherever it was read from.
    /// </summary>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ImageSet set in (ImageSet[])[Train, Test])
        {
            hash.AppendData(MemoryMarshal.AsBytes<int>([set.Count, set.Size.Height, set.Size.Width]));
            hash.AppendData(MemoryMarshal.AsBytes(set.Labels.Span));
            for (int i = 0; i < set.Count; i++)
                hash.AppendData(set.Image(i));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Format(Size2d size) => $"{size.Height}x{size.Width}";

    private static void CheckLabels(ImageSet set, int classes, string parameter)
    {
        int largest = set.Labels.ToArray().Max();
        if (largest >= classes)
            throw new ArgumentException($"Label {largest} has no name among {classes} classes.", parameter);
    }
}
