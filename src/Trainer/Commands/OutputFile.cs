namespace SoftPool.Trainer.Commands;

/// <summary>A file that a command is to write.</summary>
internal static class OutputFile
{
    /// <summary>Complains about a path that cannot be written, before there is anything to lose.</summary>
    /// <exception cref="UserErrorException">It is a folder, or in none.</exception>
    public static void Check(string path)
    {
        string whole = Path.GetFullPath(path);
        if (Directory.Exists(whole) || Path.EndsInDirectorySeparator(whole))
            throw new UserErrorException($"{path} is a folder; the name of a file is expected.");
        if (!Directory.Exists(Path.GetDirectoryName(whole)))
            throw new UserErrorException(
                $"{path} cannot be written: there is no folder {Path.GetDirectoryName(whole)}.");
    }
}
