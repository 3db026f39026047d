namespace SoftPool.Trainer.Reports;

/// <summary>Writes several files into a folder, all or none: into another folder beside it, which then takes its place,
/// or whose files are moved where the folder is there already.</summary>
internal static class WholeFolder
{
    /// <exception cref="IOException">The files cannot be written; the folder is as it was, unless it is one of the
    /// moves at the end that fails: those before it are done.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, byte[]> files)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string temporary = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            Directory.CreateDirectory(temporary);
            foreach ((string name, byte[] content) in files)
                File.WriteAllBytes(Path.Combine(temporary, name), content);
            if (!Directory.Exists(path))
                Directory.Move(temporary, path);
            else
                foreach (string name in files.Keys)
                    File.Move(Path.Combine(temporary, name), Path.Combine(path, name), overwrite: true);
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }
}
