using System.Runtime.ExceptionServices;

namespace SoftPool.Trainer.Data;

/// <summary>
/// Reads the usual layout of labelled images, train/CLASS/*.jpg and test/CLASS/*.jpg (or val, or both), from a folder
/// or from an archive of it, which may have one folder around it all. Where there are val and test, val chooses the
/// best epoch. Classes come in alphabetical order. Hidden files are passed over, and so are files of other endings than
/// the <see cref="PictureDecoder"/>'s, which a remark counts.
/// </summary>
internal static class ImageFolder
{
    private static readonly string[] Splits = ["train", "val", "test"];

    /// <summary>True for a picture, or a folder for pictures, in the place where the layout has them.</summary>
    public static bool Holds(DataFile file) => Locate(file) is not null;

    /// <summary>
    /// Reads and decodes all pictures, on all cores. All get one size: the one given, else what is
    /// <see cref="PictureSize.Typical"/> of the training pictures.
    /// </summary>
    /// <param name="path">Where the files are, for the data set's name and for complaints.</param>
    /// <param name="first">What is there, read as it comes, for the size.</param>
    /// <param name="files">The same once more, for the pictures: an archive does not go back.</param>
    /// <param name="given">The size wanted; null leaves it to the training pictures.</param>
    /// <param name="resize">How pictures of other sizes get it; null to stretch them.</param>
    /// <exception cref="DatasetException">
    /// The layout or a picture is not as it should be: the message says what and where.
    /// </exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ImageDataset Read(
        string path, IEnumerable<DataFile> first, IEnumerable<DataFile> files, Size2d? given, Resize? resize)
    {
        var folders = new Dictionary<(string Split, string Class), string>();
        PictureSize chosen = given is { } wanted
            ? PictureSize.Given(wanted) : PictureSize.Typical(TrainingSizes(first));
        Size2d size = chosen.Size;
        var others = new List<string>();
        List<Decoded> decoded = DecodeAll(Pictures(path, files, folders, others), size, resize);

        string[] classes = ClassNames(path, folders, decoded);
        ILookup<string, Decoded> splits = decoded.ToLookup(picture => picture.Split);
        bool hasBoth = splits.Contains("test") && splits.Contains("val");
        return new ImageDataset(DataFile.NameOfSet(path), classes,
            Assemble(splits["train"], classes, size),
            Assemble(splits[splits.Contains("test") ? "test" : "val"], classes, size),
            hasBoth ? Assemble(splits["val"], classes, size) : null)
        {
            Remarks = [chosen.Remark, .. PassedOver(others)],
        };
    }

    private sealed record Picture(string Split, string Class, string Path, byte[] Content);

    private sealed record Decoded(string Split, string Class, string Path, byte[] Pixels);

    /// <summary>The pictures of all splits as they come; notes each class folder in passing, empty ones too, with its
    /// name as it is written, and the endings of other files.</summary>
    private static IEnumerable<Picture> Pictures(
        string path, IEnumerable<DataFile> files,
        Dictionary<(string Split, string Class), string> folders, List<string> others)
    {
        string? around = null;
        foreach (DataFile file in files)
            if (Locate(file) is (var top, var split, var name))
            {
                around ??= top;
                if (top != around)
                    throw new DatasetException(
                        $"{Inside(path, around)} and {Inside(path, top)} are two image folders: name "
                        + "the one that you mean.");
                string folder = file.Parts[top.Length == 0 ? 1 : 2];
                if (!folders.TryAdd((split, name), folder) && folders[(split, name)] is var other && other != folder)
                    throw new DatasetException(
                        $"{path} has two folders for the class {name} in {split}, whose names differ only in how "
                        + $"Unicode writes the same letters: {ClassName.Escaped(other)} and "
                        + $"{ClassName.Escaped(folder)}.");
                if (!file.IsFolder)
                    yield return new Picture(split, name, Inside(path, string.Join('/', file.Parts)), file.Read());
            }
            else if (Place(file) is not null)
                others.Add(Path.GetExtension(file.Parts[^1]).ToLowerInvariant());
    }

    /// <summary>One line about the files among the pictures that are none, so that nobody misses them
    /// unawares.</summary>
    private static IEnumerable<string> PassedOver(List<string> endings)
    {
        if (endings.Count > 0)
            yield return "ignored in class folders: " + string.Join(", ", endings.CountBy(ending => ending)
                .OrderBy(ending => ending.Key, StringComparer.Ordinal)
                .Select(ending => $"{ending.Value:N0} {(ending.Key.Length == 0 ? "without an ending" : ending.Key)}"))
                + $"; pictures end in {string.Join(", ", PictureDecoder.Endings)}";
    }

    private static string Inside(string path, string name) => name.Length == 0 ? path : $"{path}/{name}";

    /// <summary>Finds split and class in a path such as train/cat/1.jpg or top/train/cat/1.jpg; the top is empty in the
    /// first. </summary>
    private static (string Top, string Split, string Class)? Locate(DataFile file) =>
        file.IsFolder || file.IsPicture ? Place(file) : null;

    /// <summary>The same for a file of any kind that is not hidden.</summary>
    private static (string Top, string Split, string Class)? Place(DataFile file)
    {
        if (file.IsHidden)
            return null;
        int split = file.Parts.Take(2).ToList().FindIndex(part => Splits.Contains(part));
        int deepestFolder = file.Parts.Count - (file.IsFolder ? 1 : 2);
        return split >= 0 && deepestFolder > split
            ? (split == 0 ? "" : file.Parts[0], file.Parts[split], ClassName.Of(file.Parts[split + 1]))
            : null;
    }

    private static Size2d[] TrainingSizes(IEnumerable<DataFile> files) =>
    [
        .. files.Where(file => !file.IsFolder && Locate(file)?.Split == "train")
            .Select(SizeOf).OfType<Size2d>(),
    ];

    private static Size2d? SizeOf(DataFile file)
    {
        using Stream content = file.Open();
        return PictureDecoder.ReadSize(content);
    }

    /// <summary>Decodes in parallel, then sorts by path, so that nothing is left of an archive's own order.</summary>
    private static List<Decoded> DecodeAll(IEnumerable<Picture> pictures, Size2d size, Resize? resize)
    {
        try
        {
            List<Decoded> decoded = [.. pictures.AsParallel().Select(picture => new Decoded(
                picture.Split, picture.Class, picture.Path,
                PictureDecoder.Decode(picture.Content, size, picture.Path, resize)))];
            decoded.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
            return decoded;
        }
        // PLINQ wraps what its workers throw; any one of several undecodable pictures will do.
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
            throw;
        }
    }

    /// <summary>The names that all splits share, in alphabetical order; complains where they differ.</summary>
    private static string[] ClassNames(
        string path, Dictionary<(string Split, string Class), string> folders, List<Decoded> pictures)
    {
        const string Layout = "the layout is train/CLASS/*.jpg and test/CLASS/*.jpg (or val; or .png, .webp, .bmp)";
        string[] splits = [.. Splits.Where(split => folders.Keys.Any(folder => folder.Split == split))];
        if (!splits.Contains("train"))
            throw new DatasetException($"{path} has no folder train with a folder for each class; {Layout}.");
        if (splits.Length == 1)
            throw new DatasetException($"{path} has no folder test or val with a folder for each class; {Layout}.");
        string[] classes = [.. folders.Keys.Select(folder => folder.Class).Distinct().Order(StringComparer.Ordinal)];
        if (Array.Find(classes, string.IsNullOrWhiteSpace) is { } blank)
            throw new DatasetException($"{path} has a class folder whose name is blank: '{blank}'.");
        var filled = pictures.Select(picture => (picture.Split, picture.Class)).ToHashSet();
        foreach (string split in splits)
            foreach (string name in classes)
                if (!folders.ContainsKey((split, name)))
                    throw new DatasetException(
                        $"{path} has no folder {split}/{name}, but "
                        + $"{splits.First(other => folders.ContainsKey((other, name)))} has it.");
                else if (!filled.Contains((split, name)))
                    throw new DatasetException($"{path} has no .jpg, .jpeg, .png, .webp or .bmp in {split}/{name}.");
        return classes;
    }

    private static ImageSet Assemble(IEnumerable<Decoded> pictures, string[] classes, Size2d size)
    {
        Decoded[] chosen = [.. pictures];
        return ImageSet.Of(
            size, [.. chosen.Select(picture => picture.Pixels)],
            [.. chosen.Select(picture => Array.IndexOf(classes, picture.Class))]);
    }
}
