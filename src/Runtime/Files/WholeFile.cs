using System.Text;

namespace SoftPool.Files;

/// <summary>
/// Writes a file whole or not at all: under a temporary name beside it, then renamed. A file that is there keeps its
/// permissions, of a symbolic link the target is written, and a pipe or a device, which must not be replaced, is written directly.
/// </summary>
internal static class WholeFile
{
    private const string Ending = ".tmp";

    /// <summary>What a temporary name can keep of a file's: file systems take 255 bytes, and 17 come behind it.</summary>
    private const int LongestBeginning = 255 - 17;

    /// <param name="path">The file. Beside it nothing is left, however it ends, but by a process that is killed.</param>
    /// <param name="write">Writes its content.</param>
    public static void Write(string path, Action<Stream> write)
    {
        string link = path;
        path = Path.GetFullPath(
            new FileInfo(link).LinkTarget is null ? link : File.ResolveLinkTarget(link, returnFinalTarget: true)!.FullName);
        if (OpenSpecial(link, path) is { } special)
        {
            using (special)
                write(special);
            return;
        }
        string temporary = $"{BeginningOf(path)}.{Path.GetRandomFileName()}{Ending}";
        try
        {
            using (var file = new FileStream(temporary, Creation(path)))
            {
                if (!OperatingSystem.IsWindows() && File.Exists(path))
                    File.SetUnixFileMode(file.SafeFileHandle, File.GetUnixFileMode(path)); // Creation leaves out what umask does.
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
        string beginning = BeginningOf(Path.GetFullPath(path));
        foreach (string temporary in Directory.EnumerateFiles(
            Path.GetDirectoryName(beginning)!, $"{Path.GetFileName(beginning)}.*{Ending}"))
            File.Delete(temporary);
    }

    /// <summary>The path, with so much of the file's name that a temporary one is no longer than file systems take.</summary>
    private static string BeginningOf(string path)
    {
        string name = Path.GetFileName(path);
        int length = 0, bytes = 0;
        foreach (Rune rune in name.EnumerateRunes())
        {
            if ((bytes += rune.Utf8SequenceLength) > LongestBeginning)
                break;
            length += rune.Utf16SequenceLength;
        }
        return path[..(path.Length - name.Length + length)];
    }

    private static FileStreamOptions Creation(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        // From its first byte on nobody else may read what nobody else could.
        if (!OperatingSystem.IsWindows() && File.Exists(path))
            options.UnixCreateMode = File.GetUnixFileMode(path);
        return options;
    }

    /// <summary>A pipe or a device; null where the target is a regular file or none. .NET does not tell them apart, but they have
    /// no length, and they cannot seek or lie in the system's own folders.</summary>
    private static FileStream? OpenSpecial(string path, string target)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path))
            return null;
        // /dev/stdout is a link to /proc/self/fd/1, which may be one to what has no name: pipe:[4711].
        bool isDevice = target.StartsWith("/proc/", StringComparison.Ordinal)
            || (target.StartsWith("/dev/", StringComparison.Ordinal) && !target.StartsWith("/dev/shm/", StringComparison.Ordinal));
        if (!isDevice && new FileInfo(target) is not { Exists: true, Length: 0 })
            return null;
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (UnauthorizedAccessException) when (!isDevice)
        {
            return null; // An empty file that is read-only is replaced as any other is.
        }
        if (isDevice || !file.CanSeek)
            return file;
        file.Dispose();
        return null;
    }
}
