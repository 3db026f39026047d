using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SoftPool.Trainer.Data;

/// <summary>A named data set: its classes, the images to train on, those that choose the best epoch and those to test
/// on, all of one size.</summary>
internal sealed class ImageDataset
{
    /// <summary>Puts the sets under one list of classes.</summary>
    /// <param name="name">What to call the data set.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="train">The images to learn from.</param>
    /// <param name="test">The images to measure accuracy on.</param>
    /// <param name="validation">The images that choose the best epoch; null where the test images do.</param>
    /// <exception cref="ArgumentException">
    /// The sets differ in size, a label has no class name, or class names are missing, empty or repeated.
    /// </exception>
    public ImageDataset(
        string name, IReadOnlyList<string> classNames, ImageSet train, ImageSet test, ImageSet? validation = null)
    {
        foreach (ImageSet other in (ImageSet[])[test, validation ?? test])
            if (train.Size != other.Size)
                throw new ArgumentException(
                    $"All images must have one size; got {Format(train.Size)} and {Format(other.Size)}.", nameof(test));
        if (classNames.Any(string.IsNullOrWhiteSpace) || classNames.Distinct().Count() != classNames.Count)
            throw new ArgumentException(
                $"Class names must be neither empty nor repeated; got {string.Join(", ", classNames)}.",
                nameof(classNames));
        CheckLabels(train, classNames.Count, nameof(train));
        CheckLabels(test, classNames.Count, nameof(test));
        CheckLabels(validation ?? test, classNames.Count, nameof(validation));
        Name = name;
        ClassNames = [.. classNames];
        Train = train;
        Test = test;
        Validation = validation ?? test;
    }

    /// <summary>What to call the data set in tables: "procedural", or the name of the folder or archive.</summary>
    public string Name { get; }

    /// <summary>The name of each class; labels are indices into this list.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The images to learn from.</summary>
    public ImageSet Train { get; }

    /// <summary>The images to measure accuracy on. That none of them is in <see cref="Train"/> is up to whoever made
    /// the set. </summary>
    public ImageSet Test { get; }

    /// <summary>The images that choose the best epoch: the test images where the set has no others for it.</summary>
    public ImageSet Validation { get; }

    /// <summary>Whether the best epoch is chosen on other images than those to test on.</summary>
    public bool HasValidation => Validation != Test;

    /// <summary>What whoever reads the set should know of how it was read, a line each.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>A digest of all images and labels, in hexadecimal digits: the same for the same set wherever it was
    /// read from. </summary>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ImageSet set in HasValidation ? [Train, Test, Validation] : (ImageSet[])[Train, Test])
        {
            hash.AppendData(MemoryMarshal.AsBytes<int>([set.Count, set.Size.Height, set.Size.Width]));
            hash.AppendData(MemoryMarshal.AsBytes(set.Labels.Span));
            for (int i = 0; i < set.Count; i++)
                hash.AppendData(set.Image(i));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The same set with its test images in the place of those for validation.</summary>
    public ImageDataset WithoutValidation() => new(Name, ClassNames, Train, Test) { Remarks = Remarks };

    private static string Format(Size2d size) => $"{size.Height}x{size.Width}";

    private static void CheckLabels(ImageSet set, int classes, string parameter)
    {
        int largest = set.Labels.ToArray().Max();
        if (largest >= classes)
            throw new ArgumentException($"Label {largest} has no name among {classes} classes.", parameter);
    }
}
