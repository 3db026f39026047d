using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SoftPool.Trainer.Files;

namespace SoftPool.Trainer.Shards;

/// <summary>
/// A line for each image of a set, or of a part of it, on disk before the next batch begins: whatever ends the program,
/// the same command goes on behind the last whole line. Above them stands what is found out, and of what; lines of
/// something else are not gone on with. The lines of all parts, in the order of the images, are those of the whole.
/// </summary>
/// <typeparam name="T">What a line tells.</typeparam>
internal sealed partial class ImageLog<T> : IDisposable where T : struct, IImageLine<T>
{
    private readonly List<T> _images = [];
    private readonly Shard _part;
    private readonly StreamWriter _writer;

    /// <param name="path">The file, which is made where there is none.</param>
    /// <param name="subject">What is found out, in one line.</param>
    /// <param name="part">The images that have lines.</param>
    /// <exception cref="UserErrorException">The file is of something else, or of other images.</exception>
    public ImageLog(string path, string subject, Shard part)
    {
        _part = part;
        FileStream file = RegularFile.OpenToGoOn(path);
        try
        {
            using var reader = new StreamReader(file, Encoding.UTF8, false, -1, leaveOpen: true);
            string header = Header(subject), text = reader.ReadToEnd();
            bool begun = text.StartsWith(header, StringComparison.Ordinal);
            if (!begun && !header.StartsWith(text, StringComparison.Ordinal))
                throw new UserErrorException(
                    $"{path} belongs to another run than {subject}: name another file, or remove it.");
            // A kill may have cut off the last line.
            string whole = begun ? text[..(text.LastIndexOf('\n') + 1)] : header;
            _images.AddRange(Lines(path, whole[header.Length..], part));
            file.SetLength(begun ? Encoding.UTF8.GetByteCount(whole) : 0);
            file.Seek(0, SeekOrigin.End);
            _writer = new StreamWriter(file) { NewLine = "\n" };
            if (!begun)
                _writer.Write(header);
            _writer.Flush();
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The images done, in order from the first of the part.</summary>
    public IReadOnlyList<T> Images => _images;

    public void Add(IEnumerable<T> images)
    {
        foreach (T image in images)
        {
            _writer.WriteLine(Line(_part.PictureAt(_images.Count), image));
            _images.Add(image);
        }
        _writer.Flush();
    }

    public void Dispose() => _writer.Dispose();

    /// <summary>Reads the lines of all parts in a folder, in the order of the images.</summary>
    /// <param name="folder">Where each process has left its part.</param>
    /// <param name="subject">What the first line of each part begins with: it is of this, and of nothing else.</param>
    /// <param name="images">How many images there are.</param>
    /// <returns>The first line, which is that of all parts, and what the others tell.</returns>
    /// <exception cref="UserErrorException">Parts are missing, not complete, or of different things: the message lists
    /// all that is wrong.</exception>
    public static (string Subject, IReadOnlyList<T> Images) ReadParts(string folder, string subject, int images)
    {
        if (!Directory.Exists(folder))
            throw new UserErrorException($"There is no folder {folder}.");
        IReadOnlyList<(Shard Part, string Path)> parts = ShardFiles.Tables(folder);
        if (parts.Count == 0)
            throw new UserErrorException($"{folder} holds no part: the same command with --shard i/n writes them.");
        Shard first = parts[0].Part;
        string? said = null;
        var wrong = new List<string>();
        var found = new T?[images];
        foreach ((Shard part, string path) in parts)
        {
            string text = RegularFile.ReadAllText(path);
            Match header = HeaderOf().Match(text);
            said ??= header.Groups[1].Value;
            if (part.Count != first.Count)
            {
                wrong.Add($"part {part} is one of {part.Count} parts, not of {first.Count}");
            }
            else if (!header.Success || header.Groups[2].Value != T.Columns
                || !header.Groups[1].Value.StartsWith(subject, StringComparison.Ordinal)
                || header.Groups[1].Value != said)
            {
                wrong.Add($"part {part} is of {(header.Success ? header.Groups[1].Value : "something")}, not of {subject}");
            }
            else
            {
                List<T> lines = Lines(path, text[header.Length..(text.LastIndexOf('\n') + 1)], part);
                if (lines.Count != part.CountOf(images))
                    wrong.Add($"part {part} has {lines.Count:N0} of {part.CountOf(images):N0} images");
                else
                    for (int k = 0; k < lines.Count; k++)
                        found[part.PictureAt(k)] = lines[k];
            }
        }
        int[] missing = [.. Enumerable.Range(0, first.Count).Except(parts.Select(each => each.Part.Index))];
        if (missing.Length > 0)
            wrong.Add($"of {first.Count} parts these are missing: {string.Join(", ", missing)}");
        return wrong.Count == 0
            ? (said!, [.. found.Select(image => image!.Value)])
            : throw new UserErrorException($"The parts in {folder} make no whole: {string.Join("; ", wrong)}.");
    }

    private static List<T> Lines(string path, string text, Shard part)
    {
        var images = new List<T>();
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int place = part.PictureAt(images.Count);
            string[] fields = line.Split(',');
            images.Add((fields[0] == Number(place) ? T.Parse(fields.AsSpan(1)) : null) ?? throw new UserErrorException(
                $"{path} cannot be read: line {images.Count + 3} is '{line}', not the numbers of image {place}."));
        }
        return images;
    }

    private static string Line(int place, T image) => $"{Number(place)},{image.Fields}";

    private static string Number(int place) => place.ToString(CultureInfo.InvariantCulture);

    private static string Header(string subject) => $"# {subject}\nimage,{T.Columns}\n";

    [GeneratedRegex(@"\A# (.*)\nimage,(.*)\n")]
    private static partial Regex HeaderOf();
}
