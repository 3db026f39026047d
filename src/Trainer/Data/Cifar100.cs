namespace SoftPool.Trainer.Data;

/// <summary>Knows CIFAR-100 by the names of its files, to tell whoever takes it for CIFAR-10.</summary>
internal static class Cifar100
{
    private static readonly string[] Python = ["train", "test", "meta"],
        Binary = ["train.bin", "test.bin", "fine_label_names.txt"];

    /// <summary>Whether these are the files of its version for Python or of its binary one, perhaps in one
    /// folder.</summary>
    public static bool Is(IEnumerable<DataFile> files)
    {
        HashSet<string> names =
            [.. files.Where(file => !file.IsFolder && file.Parts.Count <= 2).Select(file => file.Parts[^1])];
        return Python.All(names.Contains) || Binary.All(names.Contains);
    }
}
