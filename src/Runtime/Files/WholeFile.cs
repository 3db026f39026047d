namespace SoftPool.Files;

/// <summary>Writes a file whole or not at all: under a temporary name beside it, then renamed.</summary>
internal static class WholeFile
{
    private const string Ending = ".tmp";

    public static void Write(string path, Action<Stream> write)
    {
        string temporary = $"{path}.{Path.GetRandomFileName()}{Ending}";
        try
        {
            using (FileStream file = File.Create(temporary))
            {
                write(file);
                // Else a loss of power can leave the new name with nothing behind it.
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Deletes what writers that were killed have left beside the file; for files of which there is one writer.</summary>
    public static void DeleteLeftovers(string path)
    {
        string full = Path.GetFullPath(path);
        foreach (string temporary in Directory.EnumerateFiles(Path.GetDirectoryName(full)!, $"{Path.GetFileName(full)}.*{Ending}"))
            File.Delete(temporary);
    }
}
