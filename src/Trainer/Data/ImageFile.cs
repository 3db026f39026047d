using System.Formats.Tar;
using System.IO.Compression;

namespace SoftPool.Trainer.Data;

/// <summary>A picture or a folder in a folder or in an archive of it; other files are passed over.</summary>
/// <param name="Path">Its path below the folder or inside the archive, with slashes.</param>
/// <param name="Content">The bytes of a picture file, still encoded; null for a folder.</param>
/// <param name="Progress">How much of the whole has been read with it, in [0, 1].</param>
internal sealed record ImageFile(string Path, byte[]? Content, double Progress)
{
    /// <summary>Lists what a folder, or a .tar, .tar.gz or .tgz of one, holds; nothing is unpacked on disk.</summary>
    /// <exception cref="DatasetException">There is no such folder or archive, or the archive is damaged.</exception>
    public static IEnumerable<ImageFile> Enumerate(string path)
    {
        if (Directory.Exists(path))
            return EnumerateFolder(path);
        if (!File.Exists(path))
            throw new DatasetException($"There is no folder and no archive at {path}.");
        if (HasEnding(path, ".tar", ".tar.gz", ".tgz"))
            return EnumerateArchive(path);
        throw new DatasetException($"{path} is neither a folder nor a .tar, .tar.gz or .tgz archive of one.");
    }

    private static IEnumerable<ImageFile> EnumerateFolder(string folder)
    {
        FileSystemInfo[] entries =
            new DirectoryInfo(folder).GetFileSystemInfos("*", SearchOption.AllDirectories);
        for (int i = 0; i < entries.Length; i++)
        {
            bool isFolder = entries[i] is DirectoryInfo;
            if (!isFolder && !IsPicture(entries[i].Name))
                continue;
            string path = System.IO.Path.GetRelativePath(folder, entries[i].FullName).Replace('\\', '/');
            byte[]? content = isFolder ? null : File.ReadAllBytes(entries[i].FullName);
            yield return new ImageFile(path, content, (i + 1.0) / entries.Length);
        }
    }

    private static IEnumerable<ImageFile> EnumerateArchive(string path)
    {
        using FileStream file = File.OpenRead(path);
        using Stream stream = HasEnding(path, ".tar") ? file : new GZipStream(file, CompressionMode.Decompress);
        using var archive = new TarReader(stream);
        while (ReadEntry(archive, stream, path) is { } entry)
            yield return entry with { Progress = (double)file.Position / file.Length };
    }

    private static ImageFile? ReadEntry(TarReader archive, Stream stream, string path)
    {
        try
        {
            while (archive.GetNextEntry() is { } entry)
                if (entry.EntryType == TarEntryType.Directory)
                    return new ImageFile(entry.Name, null, 0);
                else if (entry.DataStream is { } data && IsPicture(entry.Name))
                    return new ImageFile(entry.Name, ReadAll(data), 0);
            // An archive ends in two blocks of zeros, and TarReader takes one of them: without the other it was cut
            // off between two entries, which TarReader does not notice.
            const int Block = 512;
            return ReadAll(stream).Length >= Block ? null : throw new EndOfStreamException();
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new DatasetException($"The archive {path} is truncated or damaged.", e);
        }
    }

    private static byte[] ReadAll(Stream stream)
    {
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static bool IsPicture(string path) => HasEnding(path, ".jpg", ".jpeg", ".png");

    private static bool HasEnding(string path, params string[] endings) =>
        endings.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
