using System.Runtime.ExceptionServices;

namespace SoftPool.Trainer.Data;

/// <summary>
/// Reads the usual layout of labelled images, train/CLASS/*.jpg and test/CLASS/*.jpg (or val), from a folder or from
/// an archive of it, which may have one folder around it all. Classes come in alphabetical order. Hidden files and
/// files that are neither .jpg, .jpeg nor .png are passed over.
/// </summary>
internal static class ImageFolder
{
    /// <summary>How many pictures are looked at to find the size that most of them have.</summary>
    private const int Samples = 256;

    private static readonly string[] Splits = ["train", "test", "val"];

    /// <summary>Reads and decodes all pictures, on all cores.</summary>
    /// <param name="path">The folder, or a .tar, .tar.gz or .tgz of it.</param>
    /// <param name="size">
    /// The height and width that every picture gets; null for the one that most of the first pictures have.
    /// </param>
    /// <param name="progress">Told the fraction done, in [0, 1] and rising.</param>
    /// <exception cref="DatasetException">
    /// The path, the layout or a picture is not as it should be: the message says what and where.
    /// </exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ImageDataset Read(string path, Size2d? size = null, IProgress<double>? progress = null)
    {
        var folders = new HashSet<(string Split, string Class)>();
        using IEnumerator<Picture> pictures = Pictures(path, folders, progress).GetEnumerator();
        var first = new List<Picture>();
        while (first.Count < Samples && pictures.MoveNext())
            first.Add(pictures.Current);
        Size2d decided = size ?? MostCommonSize(first);
        List<Decoded> decoded = DecodeAll(first.Concat(Rest(pictures)), decided);

        string test = folders.Any(folder => folder.Split == "test") ? "test" : "val";
        string[] classes = ClassNames(path, folders, decoded, test);
        return new ImageDataset(NameOf(path), classes,
            Assemble(path, decoded.Where(picture => picture.Split == "train"), classes, decided),
            Assemble(path, decoded.Where(picture => picture.Split == test), classes, decided));
    }

    private sealed record Picture(string Split, string Class, string Path, byte[] Content);

    private sealed record Decoded(string Split, string Class, string Path, byte[] Pixels);

    /// <summary>The pictures of all splits as they come; notes each class folder in passing, empty ones too.</summary>
    private static IEnumerable<Picture> Pictures(
        string path, HashSet<(string Split, string Class)> folders, IProgress<double>? progress)
    {
        int percent = -1;
        foreach (ImageFile file in ImageFile.Enumerate(path))
        {
            if (Locate(file) is { } folder)
            {
                folders.Add(folder);
                if (file.Content is { } content)
                    yield return new Picture(folder.Split, folder.Class, $"{path}/{file.Path}", content);
            }
            if ((int)(100 * file.Progress) > percent)
                progress?.Report((percent = (int)(100 * file.Progress)) / 100.0);
        }
    }

    /// <summary>Finds split and class in a path such as train/cat/1.jpg or top/train/cat/1.jpg.</summary>
    private static (string Split, string Class)? Locate(ImageFile file)
    {
        string[] parts = [.. file.Path.Split('/').Where(part => part is not ("" or "."))];
        int split = Array.FindIndex(parts, part => Splits.Contains(part));
        int deepestFolder = file.Content is null ? parts.Length - 1 : parts.Length - 2;
        return split is 0 or 1 && deepestFolder > split && !parts.Any(part => part.StartsWith('.'))
            ? (parts[split], parts[split + 1])
            : null;
    }

    private static Size2d MostCommonSize(List<Picture> pictures) => pictures
        .Select(picture => PictureDecoder.ReadSize(picture.Content))
        .OfType<Size2d>()
        .CountBy(size => size)
        .OrderByDescending(count => count.Value)
        .Select(count => count.Key)
        .FirstOrDefault(new Size2d(1, 1));

    private static IEnumerable<Picture> Rest(IEnumerator<Picture> pictures)
    {
        while (pictures.MoveNext())
            yield return pictures.Current;
    }

    /// <summary>Decodes in parallel, then sorts by path: an archive's own order is of no matter.</summary>
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

    /// <summary>The names that both splits share, in alphabetical order; complains where they differ.</summary>
    private static string[] ClassNames(
        string path, HashSet<(string Split, string Class)> folders, List<Decoded> pictures, string test)
    {
        const string Layout = "the layout is train/CLASS/*.jpg and test/CLASS/*.jpg (or val, or .png)";
        foreach (string split in (string[])["train", test])
            if (!folders.Any(folder => folder.Split == split))
                throw new DatasetException(split == "train"
                    ? $"{path} has no folder train with a folder for each class; {Layout}."
                    : $"{path} has no folder test or val with a folder for each class; {Layout}.");
        string[] classes =
        [
            .. folders.Where(folder => folder.Split == "train" || folder.Split == test)
                .Select(folder => folder.Class).Distinct().Order(StringComparer.Ordinal),
        ];
        var filled = pictures.Select(picture => (picture.Split, picture.Class)).ToHashSet();
        foreach (string split in (string[])["train", test])
            foreach (string name in classes)
                if (!folders.Contains((split, name)))
                    throw new DatasetException($"{path} has no folder {split}/{name}, but the other split has it.");
                else if (!filled.Contains((split, name)))
                    throw new DatasetException($"{path} has no .jpg, .jpeg or .png in {split}/{name}.");
        return classes;
    }

    private static ImageSet Assemble(string path, IEnumerable<Decoded> pictures, string[] classes, Size2d size)
    {
        Decoded[] chosen = [.. pictures];
        long length = ImageSet.BytesPerImage(size);
        if (chosen.Length * length > Array.MaxLength)
            throw new DatasetException(
                $"{path} takes {chosen.Length * length >> 20} MiB at {size.Height}x{size.Width} pixels, more than the "
                + $"{Array.MaxLength >> 20} MiB that fit: choose a smaller size.");
        var pixels = new byte[chosen.Length * length];
        for (int i = 0; i < chosen.Length; i++)
            chosen[i].Pixels.CopyTo(pixels, i * length);
        return new ImageSet(size, pixels, [.. chosen.Select(picture => Array.IndexOf(classes, picture.Class))]);
    }

    private static string NameOf(string path)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        int ending = name.LastIndexOf(".tar", StringComparison.OrdinalIgnoreCase);
        return Directory.Exists(path) ? name : ending > 0 ? name[..ending] : Path.GetFileNameWithoutExtension(name);
    }
}
