using System.Formats.Tar;
using System.IO.Compression;
using SoftPool.Trainer.Files;

namespace SoftPool.Trainer.Data;

/// <summary>A file or a folder in a folder or in an archive of it. Nothing is unpacked on disk.</summary>
internal sealed class DataFile
{
    /// <summary>No file of any data set known is a tenth as large; a claim of more is not worth the memory.</summary>
    private const long MostBytes = 1L << 28;

    /// <summary>What is read of a file at once: the headers of most pictures lie in it.</summary>
    private const int HeaderBytes = 4096;

    private const string Damaged = "is truncated or damaged";

    private static readonly string[] ArchiveEndings = [".tar", ".tar.gz", ".tgz"];

    private readonly Func<byte[]>? _read;
    private readonly Func<Stream>? _open;

    private DataFile(string path, Func<byte[]>? read, double progress, Func<Stream>? open = null)
    {
        Parts = [.. path.Split('/').Where(part => part is not ("" or "."))];
        _read = read;
        _open = open;
        Progress = progress;
    }

    /// <summary>The names along its path below the folder or inside the archive; its own is the last.</summary>
    public IReadOnlyList<string> Parts { get; }

    /// <summary>How much of the whole has been passed with it, in [0, 1].</summary>
    public double Progress { get; }

    /// <summary>True for a file of an archive, which can be read only before the enumeration goes on.</summary>
    public bool IsReadInOrder => _open is null;

    /// <summary>True for a folder, which has no content of its own.</summary>
    public bool IsFolder => _read is null;

    /// <summary>True where a part of the path is hidden by the convention of Unix, or is what macOS adds to
    /// archives.</summary>
    public bool IsHidden => Parts.Any(part => part.StartsWith('.') || part == "__MACOSX");

    /// <summary>The file's bytes. To be called before the enumeration goes on: an archive does not go back.</summary>
    /// <exception cref="DatasetException">The archive is damaged here or has a link, the file is larger than 256
    /// MiB, or it is a folder.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public byte[] Read() => _read is null
        ? throw new DatasetException($"{string.Join('/', Parts)} is a folder; a file is expected.")
        : _read();

    /// <summary>The file's bytes for those who may not need all: of a file in a folder only what is taken is
    /// read.</summary>
    /// <exception cref="DatasetException">As of <see cref="Read"/>.</exception>
    public Stream Open() => _open is null ? new MemoryStream(Read()) : _open();

    /// <summary>True for the endings of pictures that are read.</summary>
    public bool IsPicture => HasEnding(Parts[^1], PictureDecoder.Endings);

    /// <summary>Lists what a folder, or a .tar, .tar.gz or .tgz of one, holds; an archive is read once and in
    /// order.</summary>
    /// <exception cref="DatasetException">There is no such folder or archive, or the archive is damaged.</exception>
    public static IEnumerable<DataFile> Enumerate(string path)
    {
        if (Directory.Exists(path))
            return EnumerateFolder(path);
        if (!File.Exists(path))
            throw new DatasetException($"There is no folder and no archive at {path}.");
        if (HasEnding(path, ArchiveEndings))
            return EnumerateArchive(path);
        throw new DatasetException($"{path} is neither a folder nor a .tar, .tar.gz or .tgz archive of one.");
    }

    /// <summary>Whether a path has the ending of an archive that is read.</summary>
    public static bool IsArchive(string path) => HasEnding(path, ArchiveEndings);

    /// <summary>The bytes of a file that was not found by enumerating.</summary>
    /// <exception cref="DatasetException">The file is larger than 256 MiB.</exception>
    /// <exception cref="IOException">The file cannot be read, or it is a folder, a pipe or a device.</exception>
    public static byte[] ReadFile(string path)
    {
        using FileStream file = RegularFile.OpenRead(path);
        return ReadAll(file.Length, path, () =>
        {
            var content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        });
    }

    /// <summary>What to call the data set at a path: the name of the folder, or of the archive without its
    /// ending.</summary>
    public static string NameOfSet(string path)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        string? ending = Directory.Exists(path) ? null : Array.Find(ArchiveEndings, ending => HasEnding(name, ending));
        return name[..^(ending?.Length ?? 0)];
    }

    private static IEnumerable<DataFile> EnumerateFolder(string folder)
    {
        // Sorted, because file systems list in an order of their own, and the first files decide more than others.
        FileSystemInfo[] entries =
        [
            .. FolderTree.Entries(folder).OrderBy(entry => entry.FullName, StringComparer.Ordinal),
        ];
        for (int i = 0; i < entries.Length; i++)
        {
            FileSystemInfo entry = entries[i];
            string path = Path.GetRelativePath(folder, entry.FullName).Replace(Path.DirectorySeparatorChar, '/');
            double progress = (i + 1.0) / entries.Length;
            yield return entry is FileInfo file
                ? new DataFile(
                    path, () => ReadFile(file.FullName), progress,
                    () => RegularFile.OpenRead(file.FullName, HeaderBytes))
                : new DataFile(path, read: null, progress);
        }
    }

    private static IEnumerable<DataFile> EnumerateArchive(string path)
    {
        using FileStream file = RegularFile.OpenRead(path);
        using Stream stream = HasEnding(path, ".tar") ? file : new GZipStream(file, CompressionMode.Decompress);
        using var archive = new TarReader(stream);
        while (Guard(path, () => archive.GetNextEntry()) is { } entry)
        {
            Func<byte[]>? read;
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    read = null;
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                    read = () => ReadAll(entry.Length, $"{path}/{entry.Name}", () => Guard(path, () => ReadAll(entry)));
                    break;
                // What a link stands for may have been passed already, or be nowhere in the archive.
                case TarEntryType.SymbolicLink or TarEntryType.HardLink:
                    read = () => throw new DatasetException(
                        $"{path}/{entry.Name} is a link to {entry.LinkName}: pack the archive with "
                        + "the files themselves.");
                    break;
                case TarEntryType.Fifo or TarEntryType.CharacterDevice or TarEntryType.BlockDevice:
                    read = () => throw new DatasetException($"{path}/{entry.Name} is a pipe or a device.");
                    break;
                default:
                    continue;
            }
            var found = new DataFile(entry.Name, read, (double)file.Position / file.Length);
            // The archive's own folder, "./", is none in it; nor is a file that is called so.
            if (found.Parts.Count > 0)
                yield return found;
        }
        // An archive ends in two blocks of zeros, and TarReader takes one of them: without the other it was cut off
        // between two entries, which TarReader does not notice. Reading on has GZipStream check its checksum, too.
        const int Block = 512;
        if (Guard(path, () => Skip(stream)) < Block)
            throw new DatasetException($"The archive {path} {Damaged}.");
    }

    private static byte[] ReadAll(long length, string path, Func<byte[]> read) => length <= MostBytes
        ? read()
        : throw new DatasetException($"{path} has {length} bytes, more than the {MostBytes} that are read of a file.");

    private static byte[] ReadAll(TarEntry entry)
    {
        using var copy = new MemoryStream();
        entry.DataStream?.CopyTo(copy);
        return copy.Length == entry.Length ? copy.ToArray() : throw new EndOfStreamException();
    }

    private static long Skip(Stream stream)
    {
        var buffer = new byte[1 << 16];
        long skipped = 0;
        while (stream.Read(buffer) is > 0 and var read)
            skipped += read;
        return skipped;
    }

    private static T Guard<T>(string archive, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new DatasetException($"The archive {archive} {Damaged}.", e);
        }
    }

    private static bool HasEnding(string path, params string[] endings) =>
        endings.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
