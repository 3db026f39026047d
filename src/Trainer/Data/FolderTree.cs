namespace SoftPool.Trainer.Data;

/// <summary>What lies in a folder at any depth. Links to folders are followed, but not back to where they
/// lie.</summary>
internal static class FolderTree
{
    /// <summary>All files and folders below a folder. A link to a folder that the link itself lies in is left out: it
    /// would show the same files again, under other names.</summary>
    public static IEnumerable<FileSystemInfo> Entries(string folder) =>
        Entries(new DirectoryInfo(folder), [RealPath(Path.GetFullPath(folder))]);

    /// <param name="folder">The folder as it was reached.</param>
    /// <param name="chain">The real path of each folder on the way to it; its own is the last.</param>
    private static IEnumerable<FileSystemInfo> Entries(DirectoryInfo folder, string[] chain)
    {
        foreach (FileSystemInfo entry in
            folder.EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0 }))
        {
            if (entry is not DirectoryInfo inner)
            {
                yield return entry;
                continue;
            }
            string real = RealPath(Path.Combine(chain[^1], inner.Name));
            if (inner.LinkTarget is not null && chain.Any(outer => IsWithin(outer, real)))
                continue;
            yield return inner;
            foreach (FileSystemInfo below in Entries(inner, [.. chain, real]))
                yield return below;
        }
    }

    private static bool IsWithin(string path, string folder) =>
        path == folder || path.StartsWith(
            Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The path without links in any part of it.</summary>
    private static string RealPath(string path)
    {
        string real = Path.GetPathRoot(path)!;
        foreach (string part in
            path[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            if (Directory.ResolveLinkTarget(real, returnFinalTarget: false) is { } target)
                real = RealPath(target.FullName);
        }
        return real;
    }
}
