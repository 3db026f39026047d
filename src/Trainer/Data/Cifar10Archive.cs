namespace SoftPool.Trainer.Data;

/// <summary>
/// Reads CIFAR-10 as its authors publish it, for Python or binary: five batches to train on, one to test on and one
/// file of class names, in a folder or an archive, which may have one folder around it all.
/// </summary>
internal static class Cifar10Archive
{
    private const string TestBatch = "test_batch";

    private static readonly string[] Batches =
        ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", TestBatch];

    private static readonly Version[] Versions =
    [
        new("", "batches.meta", Cifar10Pickle.ReadBatch, Cifar10Pickle.ReadClassNames),
        new(".bin", "batches.meta.txt", Cifar10Binary.ReadBatch, Cifar10Binary.ReadClassNames),
    ];

    /// <summary>One of the two versions: how its files are called and read.</summary>
    private sealed record Version(
        string Ending, string Names, Func<byte[], string, Cifar10Batch> ReadBatch,
        Func<byte[], string, string[]> ReadClassNames)
    {
        public IEnumerable<string> Files => Batches.Select(batch => batch + Ending).Append(Names);
    }

    /// <summary>True for one of the files that either version consists of.</summary>
    public static bool Holds(DataFile file) => VersionOf(file) is not null;

    /// <summary>Reads all files of the version that the first of them belongs to.</summary>
    /// <param name="path">Where the files are, for the data set's name and for complaints.</param>
    /// <param name="files">What is there, read as it comes.</param>
    /// <exception cref="DatasetException">A file lacks or is damaged: the message says which and how.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ImageDataset Read(string path, IEnumerable<DataFile> files)
    {
        Version? version = null;
        string[]? classes = null;
        var batches = new Dictionary<string, Cifar10Batch>();
        var found = new HashSet<string>();
        foreach (DataFile file in files)
        {
            if (VersionOf(file) is not { } own || own != (version ??= own))
                continue;
            string name = file.Parts[^1], place = $"{path}/{string.Join('/', file.Parts)}";
            if (!found.Add(name))
                throw new DatasetException($"{path} holds {name} twice, so that it is not clear which to read.");
            if (name == version.Names)
                classes = version.ReadClassNames(file.Read(), place);
            else
                batches.Add(name, version.ReadBatch(file.Read(), place));
        }
        if (version is null || classes is null || batches.Count < Batches.Length)
            throw new DatasetException(
                $"{path} has no {(version ?? Versions[0]).Files.First(name => !found.Contains(name))}; CIFAR-10 has "
                + "five training batches, a test batch and the class names.");
        string[] names = [.. Batches.Select(batch => batch + version.Ending)];
        return Assemble(path, classes, [.. names.Select(name => (name, batches[name]))]);
    }

    private static Version? VersionOf(DataFile file) => file.IsFolder || file.Parts.Count > 2
        ? null
        : Versions.FirstOrDefault(version => version.Files.Contains(file.Parts[^1]));

    private static ImageDataset Assemble(string path, string[] classes, (string Name, Cifar10Batch Batch)[] batches)
    {
        int count = batches[0].Batch.Labels.Length;
        foreach ((string name, Cifar10Batch batch) in batches)
        {
            if (batch.Labels.Length != count)
                throw new DatasetException(
                    $"{path} has {batch.Labels.Length} images in {name} but {count} in {batches[0].Name}; "
                    + "all batches are alike.");
            int wrong = Array.FindIndex(batch.Labels, label => label < 0 || label >= classes.Length);
            if (wrong >= 0)
                throw new DatasetException(
                    $"{path} has a label beyond the {classes.Length} classes at image {wrong} of {name}.");
        }
        if (classes.Any(string.IsNullOrWhiteSpace) || classes.Distinct().Count() != classes.Length)
            throw new DatasetException($"{path} names a class twice or not at all: {string.Join(", ", classes)}.");
        ImageSet train = Join(batches[..^1]), test = Join(batches[^1..]);
        foreach ((string split, ImageSet set) in new[] { ("train on", train), ("test on", test) })
            if (classes.Except(set.Labels.ToArray().Select(label => classes[label])).FirstOrDefault() is { } empty)
                throw new DatasetException($"{path} has no image of class {empty} to {split}.");
        return new ImageDataset(DataFile.NameOfSet(path), classes, train, test);
    }

    private static ImageSet Join((string Name, Cifar10Batch Batch)[] batches)
    {
        int length = batches[0].Batch.Pixels.Length;
        var pixels = new byte[batches.Length * length];
        for (int i = 0; i < batches.Length; i++)
            batches[i].Batch.Pixels.CopyTo(pixels, i * length);
        return new ImageSet(Cifar10Batch.Size, pixels, [.. batches.SelectMany(batch => batch.Batch.Labels)]);
    }
}
