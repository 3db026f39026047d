using System.Security.Cryptography;
using System.Text;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Files;

namespace SoftPool.Trainer.Shards;

/// <summary>A picture of a list.</summary>
/// <param name="Index">Its place in the list, from 0.</param>
/// <param name="Name">Its path in the folder, in the archive, or as the list has it.</param>
/// <param name="Read">Reads the file's bytes; a <see cref="DatasetException"/> or an <see cref="IOException"/> where it
/// cannot be read. Those of an archive are there already.</param>
internal sealed record ListedPicture(int Index, string Name, Func<byte[]> Read);

/// <summary>
/// The pictures that a batch run is given, always in the same order: those of a folder or of an archive, by their
/// endings and without hidden files; or the files that a text file names, a line each, relative to its folder.
/// </summary>
internal sealed class PictureList
{
    private readonly string _path;
    private readonly string[]? _lines;

    private PictureList(string path, string[]? lines) => (_path, _lines) = (path, lines);

    /// <summary>The number of pictures.</summary>
    public required int Count { get; init; }

    /// <summary>The SHA-256 of all names in their order, by which two machines know that they have the same
    /// list.</summary>
    public required string Hash { get; init; }

    /// <summary>Goes through the names once. No picture is read.</summary>
    /// <param name="path">A folder, a .tar, .tar.gz or .tgz, or a text file of paths.</param>
    /// <exception cref="UserErrorException">There is nothing at the path, or no picture in it.</exception>
    /// <exception cref="DatasetException">The archive is damaged.</exception>
    public static PictureList Open(string path)
    {
        string[]? lines = null;
        if (!Directory.Exists(path) && !DataFile.IsArchive(path))
        {
            if (!File.Exists(path))
                throw new UserErrorException($"There is no folder, archive or list of pictures at {path}.");
            lines = ReadLines(path);
        }
        int count = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string name in lines ?? Pictures(path).Select(NameOf))
        {
            count++;
            hash.AppendData(Encoding.UTF8.GetBytes(name + "\n"));
        }
        return count > 0
            ? new PictureList(path, lines) { Count = count, Hash = Convert.ToHexStringLower(hash.GetCurrentHash()) }
            : throw new UserErrorException(
                lines is null
                    ? $"{path} holds no picture: {string.Join(", ", PictureDecoder.Endings)} are read."
                    : $"{path} names no picture: a list is a text file with a path a line.");
    }

    /// <summary>The pictures of one part, from its k-th on. A picture of an archive is read while the enumeration
    /// passes it.</summary>
    /// <param name="shard">The part.</param>
    /// <param name="k">How many of its pictures to leave out.</param>
    public IEnumerable<ListedPicture> Of(Shard shard, int k)
    {
        int first = shard.PictureAt(k);
        if (_lines is { } lines)
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(_path))!;
            for (int index = first; index < lines.Length; index += shard.Count)
            {
                string file = Path.Combine(folder, lines[index]);
                yield return new ListedPicture(index, lines[index], () => DataFile.ReadFile(file));
            }
            yield break;
        }
        int place = 0;
        foreach (DataFile file in Pictures(_path))
        {
            int index = place++;
            if (index >= first && shard.Has(index))
                yield return new ListedPicture(index, NameOf(file), file.IsReadInOrder ? Passed(file) : file.Read);
        }
    }

    /// <summary>The bytes, or the complaint, of a file that the enumeration is about to pass.</summary>
    private static Func<byte[]> Passed(DataFile file)
    {
        try
        {
            byte[] content = file.Read();
            return () => content;
        }
        catch (DatasetException e)
        {
            return () => throw e;
        }
    }

    private static IEnumerable<DataFile> Pictures(string path) =>
        DataFile.Enumerate(path).Where(file => !file.IsHidden && file.IsPicture);

    private static string NameOf(DataFile file) => string.Join('/', file.Parts);

    private static string[] ReadLines(string path)
    {
        const int Longest = 4096;
        string[] lines = [.. RegularFile.ReadLines(path).Where(line => line.Length > 0)];
        // A picture or an array given as a list would otherwise be a list of strange names.
        if (lines.Any(line => line.Length > Longest || line.Contains('\0')))
            throw new UserErrorException($"{path} is no list of pictures: a list is a text file with a path a line.");
        return lines;
    }
}
