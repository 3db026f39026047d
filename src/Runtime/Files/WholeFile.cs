using System.Buffers;
using System.Text;

namespace SoftPool.Files;

/// <summary>Writes a file whole or not at all: under a temporary name beside it, then renamed. A file that is there
/// keeps its permissions, of a symbolic link the target is written, and a pipe or a device, which must not be replaced,
/// is written directly.</summary>
internal static class WholeFile
{
    private const string Ending = ".tmp";

    /// <summary>What <see cref="Path.GetRandomFileName"/> draws from.</summary>
    private static readonly SearchValues<char> Drawn = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    /// <summary>What a temporary name can keep of a file's: file systems take 255 bytes, and 17 come behind
    /// it.</summary>
    private const int LongestBeginning = 255 - 17;

    /// <summary>A writer holds a lock on its temporary file, and takes it within less than this after the file is
    /// made.</summary>
    private static readonly TimeSpan Unlocked = TimeSpan.FromSeconds(1);

    /// <param name="path">The file. Beside it nothing is left, however it ends, but by a process that is killed; what
    /// such a one has left is deleted when the same file is written again.</param>
    /// <param name="write">Writes its content.</param>
    public static void Write(string path, Action<Stream> write)
    {
        string link = path;
        path = Path.GetFullPath(
            new FileInfo(link).LinkTarget is null
                ? link
                : File.ResolveLinkTarget(link, returnFinalTarget: true)!.FullName);
        if (OpenSpecial(link, path) is { } special)
        {
            using (special)
                write(special);
            return;
        }
        DeleteLeftovers(path);
        string temporary = $"{BeginningOf(path)}.{Path.GetRandomFileName()}{Ending}";
        try
        {
            using (var file = new FileStream(temporary, Creation(path)))
            {
                // Creation leaves out what umask does.
                if (!OperatingSystem.IsWindows() && File.Exists(path))
                    File.SetUnixFileMode(file.SafeFileHandle, File.GetUnixFileMode(path));
                write(file);
                // Else a loss of power can leave the new name with nothing behind it.
                file.Flush(flushToDisk: true);
                // Under the lock, or another writer could take it for a leftover just now. Windows moves no open file.
                if (!OperatingSystem.IsWindows())
                    Replace(path, temporary);
            }
            if (OperatingSystem.IsWindows())
                Replace(path, temporary);
        }
        // The message names the file that the system was asked for, of which the user knows nothing.
        catch (DirectoryNotFoundException e) when (e.Message.Contains(temporary, StringComparison.Ordinal))
        {
            throw new DirectoryNotFoundException(e.Message.Replace(temporary, path, StringComparison.Ordinal), e);
        }
        catch (IOException e) when (e.Message.Contains(temporary, StringComparison.Ordinal))
        {
            throw new IOException(e.Message.Replace(temporary, path, StringComparison.Ordinal), e);
        }
        catch (UnauthorizedAccessException e) when (e.Message.Contains(temporary, StringComparison.Ordinal))
        {
            throw new UnauthorizedAccessException(e.Message.Replace(temporary, path, StringComparison.Ordinal), e);
        }
        finally
        {
            if (File.Exists(temporary)) // Where there is no folder, deleting complains too.
                File.Delete(temporary);
        }
    }

    private static void Replace(string path, string temporary)
    {
        try
        {
            File.Move(temporary, path, overwrite: true);
        }
        // Windows names no file where another program has it open, or where a folder has its name.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException
            && !e.Message.Contains(path, StringComparison.Ordinal)
            && !e.Message.Contains(temporary, StringComparison.Ordinal))
        {
            throw new IOException($"'{path}' cannot be replaced: {e.Message}", e);
        }
    }

    /// <summary>Deletes what writers that were killed have left beside the file: the system has let go of their
    /// locks.</summary>
    private static void DeleteLeftovers(string path)
    {
        string beginning = BeginningOf(path);
        try
        {
            foreach (string temporary in Directory.EnumerateFiles(Path.GetDirectoryName(beginning)!, $"*{Ending}"))
                if (IsTemporaryOf(beginning, temporary)
                    && File.GetLastWriteTimeUtc(temporary) < DateTime.UtcNow - Unlocked)
                    DeleteUnlessLocked(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that can be written to but not listed, or that is not there, which the writing itself complains
            // of.
        }
    }

    /// <summary>Whether a name is one that <see cref="Write"/> makes, with eight and three characters of its own, and
    /// not a user's.</summary>
    private static bool IsTemporaryOf(string beginning, string path)
    {
        ReadOnlySpan<char> name = Path.GetFileName(path), start = Path.GetFileName(beginning);
        if (name.Length != start.Length + 13 + Ending.Length || !name.StartsWith(start, StringComparison.Ordinal))
            return false;
        ReadOnlySpan<char> own = name[start.Length..^Ending.Length];
        return own[0] == '.' && own[9] == '.' && own[1..9].IndexOfAnyExcept(Drawn) < 0
            && own[10..].IndexOfAnyExcept(Drawn) < 0;
    }

    private static void DeleteUnlessLocked(string path)
    {
        try
        {
            new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.None,
                bufferSize: 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its writer lives, or it is another user's.
        }
    }

    /// <summary>The path, with so much of the file's name that a temporary one is no longer than file systems
    /// take.</summary>
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
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
        };
        // From its first byte on nobody else may read what nobody else could.
        if (!OperatingSystem.IsWindows() && File.Exists(path))
            options.UnixCreateMode = File.GetUnixFileMode(path);
        return options;
    }

    /// <summary>A pipe or a device; null where the target is a regular file or none. .NET does not tell them apart, but
    /// they have no length, and they cannot seek or lie in the system's own folders.</summary>
    private static FileStream? OpenSpecial(string path, string target)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path))
            return null;
        // /dev/stdout is a link to /proc/self/fd/1, which may be one to what has no name: pipe:[4711].
        bool isDevice = target.StartsWith("/proc/", StringComparison.Ordinal)
            || (target.StartsWith("/dev/", StringComparison.Ordinal)
                && !target.StartsWith("/dev/shm/", StringComparison.Ordinal));
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
