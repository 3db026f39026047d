using System.Runtime.ExceptionServices;

namespace SoftPool.Trainer.Data;

/// <summary>
/// Reads the usual layout of labelled images, train/CLASS/*.jpg and test/CLASS/*.jpg (or val, or both), from a folder or from
/// an archive of it, which may have one folder around it all. Where there are val and test, val chooses the best epoch. Classes come in alphabetical order. Hidden files are passed
/// over, and so are files of other endings than the <see cref="PictureDecoder"/>'s, which a remark counts.
/// </summary>
internal static class ImageFolder
{
    /// <summary>What larger pictures are shrunk to; photographs as cameras take them would not fit in memory.</summary>
    private const int LongestShorterEdge = 256;

    private static readonly string[] Splits = ["train", "val", "test"];

    /// <summary>True for a picture, or a folder for pictures, in the place where the layout has them.</summary>
    public static bool Holds(DataFile file) => Locate(file) is not null;

    /// <summary>
    /// Reads and decodes all pictures, on all cores. All get the size that more than half of the training pictures have, else
    /// the median height and the median width of them, or one of these proportions with 256 pixels along the shorter edge
    /// where that is smaller: networks look at less.
    /// </summary>
    /// <param name="path">Where the files are, for the data set's name and for complaints.</param>
    /// <param name="first">What is there, read as it comes, for the size.</param>
    /// <param name="files">The same once more, for the pictures: an archive does not go back.</param>
    /// <exception cref="DatasetException">
    /// The layout or a picture is not as it should be: the message says what and where.
    /// </exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ImageDataset Read(string path, IEnumerable<DataFile> first, IEnumerable<DataFile> files)
    {
        var folders = new Dictionary<(string Split, string Class), string>();
        Size2d[] sizes = TrainingSizes(first);
        Size2d typical = TypicalSize(sizes), size = Bounded(typical);
        var others = new List<string>();
        List<Decoded> decoded = DecodeAll(Pictures(path, files, folders, others), size);

        string[] classes = ClassNames(path, folders, decoded);
        ILookup<string, Decoded> splits = decoded.ToLookup(picture => picture.Split);
        bool hasBoth = splits.Contains("test") && splits.Contains("val");
        return new ImageDataset(DataFile.NameOfSet(path), classes,
            Assemble(splits["train"], classes, size),
            Assemble(splits[splits.Contains("test") ? "test" : "val"], classes, size),
            hasBoth ? Assemble(splits["val"], classes, size) : null)
        {
            Remarks = [Chosen(size, typical, sizes), .. PassedOver(others)],
        };
    }

    private sealed record Picture(string Split, string Class, string Path, byte[] Content);

    private sealed record Decoded(string Split, string Class, string Path, byte[] Pixels);

    /// <summary>The pictures of all splits as they come; notes each class folder in passing, empty ones too, with its name as it is
    /// written, and the endings of other files.</summary>
    private static IEnumerable<Picture> Pictures(
        string path, IEnumerable<DataFile> files, Dictionary<(string Split, string Class), string> folders, List<string> others)
    {
        string? around = null;
        foreach (DataFile file in files)
            if (Locate(file) is (var top, var split, var name))
            {
                around ??= top;
                if (top != around)
                    throw new DatasetException(
                        $"{Inside(path, around)} and {Inside(path, top)} are two image folders: name the one that is meant.");
                string folder = file.Parts[top.Length == 0 ? 1 : 2];
                if (!folders.TryAdd((split, name), folder) && folders[(split, name)] is var other && other != folder)
                    throw new DatasetException(
                        $"{path} has two folders for the class {name} in {split}, whose names differ only in how Unicode writes the same "
                        + $"letters: {ClassName.Escaped(other)} and {ClassName.Escaped(folder)}.");
                if (!file.IsFolder)
                    yield return new Picture(split, name, Inside(path, string.Join('/', file.Parts)), file.Read());
            }
            else if (Place(file) is not null)
                others.Add(Path.GetExtension(file.Parts[^1]).ToLowerInvariant());
    }

    /// <summary>One line about the files among the pictures that are none, so that nobody misses them unawares.</summary>
    private static IEnumerable<string> PassedOver(List<string> endings)
    {
        if (endings.Count > 0)
            yield return "passed over in class folders: " + string.Join(", ", endings.CountBy(ending => ending)
                .OrderBy(ending => ending.Key, StringComparer.Ordinal)
                .Select(ending => $"{ending.Value:N0} {(ending.Key.Length == 0 ? "without an ending" : ending.Key)}"))
                + $"; pictures end in {string.Join(", ", PictureDecoder.Endings)}";
    }

    private static string Inside(string path, string name) => name.Length == 0 ? path : $"{path}/{name}";

    /// <summary>Finds split and class in a path such as train/cat/1.jpg or top/train/cat/1.jpg; the top is empty in the first.
    /// </summary>
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

    /// <summary>One line about the size that all pictures get, and how many differ so much that they may be no part of the set.
    /// </summary>
    private static string Chosen(Size2d size, Size2d typical, Size2d[] sizes)
    {
        int far = sizes.Count(own => IsFar(own.Height, typical.Height) || IsFar(own.Width, typical.Width));
        return $"pictures are read at {size.Width}x{size.Height}" + (far == 0 ? ""
            : $"; of {sizes.Length:N0} training pictures {far:N0} are over twice or under half of {typical.Width}x{typical.Height} along an edge");

        static bool IsFar(int edge, int usual) => edge > 2L * usual || 2L * edge < usual;
    }

    /// <summary>The size that a few odd training pictures do not change: the one of more than half, else the medians.</summary>
    private static Size2d TypicalSize(Size2d[] sizes)
    {
        if (sizes.Length == 0)
            return new Size2d(1, 1);
        (Size2d common, int count) = sizes.CountBy(size => size).MaxBy(size => size.Value);
        return 2 * count > sizes.Length
            ? common
            : new Size2d(Median(sizes.Select(size => size.Height)), Median(sizes.Select(size => size.Width)));

        int Median(IEnumerable<int> edges) => edges.Order().ElementAt(sizes.Length / 2);
    }

    private static Size2d Bounded(Size2d size)
    {
        int shorter = Math.Min(size.Height, size.Width);
        return shorter <= LongestShorterEdge
            ? size
            : new Size2d(Shrink(size.Height), Shrink(size.Width));

        int Shrink(int edge) => (int)((long)edge * LongestShorterEdge / shorter);
    }

    /// <summary>Decodes in parallel, then sorts by path, so that nothing is left of an archive's own order.</summary>
    private static List<Decoded> DecodeAll(IEnumerable<Picture> pictures, Size2d size)
    {
        try
        {
            List<Decoded> decoded = [.. pictures.AsParallel().Select(picture => new Decoded(
                picture.Split, picture.Class, picture.Path,
                PictureDecoder.Decode(picture.Content, size, picture.Path)))];
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
            throw new DatasetException($"{path} has a class folder whose name is '{blank}', nothing that can be read.");
        var filled = pictures.Select(picture => (picture.Split, picture.Class)).ToHashSet();
        foreach (string split in splits)
            foreach (string name in classes)
                if (!folders.ContainsKey((split, name)))
                    throw new DatasetException(
                        $"{path} has no folder {split}/{name}, but {splits.First(other => folders.ContainsKey((other, name)))} has it.");
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
