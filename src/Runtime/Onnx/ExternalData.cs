using System.Globalization;

namespace SoftPool.Onnx;

/// <summary>Tensors' data in files of their own, which a model names: only within the model's folder.</summary>
internal static class ExternalData
{
    private const int MostLinks = 16;

    /// <summary>Opens the file and says where in it the data lies, which is within its length. A refusal is made of a
    /// sentence's predicate, whose subject is the tensor.</summary>
    public static OnnxSource Open(
        OnnxSource model, IReadOnlyDictionary<string, string> where, Func<string, ModelFormatException> refusal,
        out WireSpan place)
    {
        if (model.Folder == null)
            throw refusal("has its data in another file, and a stream has no folder to find it in");
        string location = where.GetValueOrDefault("location", "");
        OnnxSource data;
        try
        {
            data = OnnxSource.Of(File.OpenRead(Within(model.Folder, location, refusal)), location, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw refusal($"has its data in {location}, which cannot be read ({e.Message.TrimEnd('.')})");
        }
        long offset = Number("offset", 0);
        long length = Number("length", data.Length - offset);
        if (offset > data.Length || length < 0 || length > data.Length - offset)
        {
            data.Dispose();
            throw refusal($"has {length} bytes of data at byte {offset} of {location}, which has {data.Length}");
        }
        place = new WireSpan(offset, offset + length);
        return data;

        long Number(string key, long absent)
        {
            if (!where.TryGetValue(key, out string? text))
                return absent;
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
                return number;
            data.Dispose();
            throw refusal($"has the {key} {text} of external data; a number is expected");
        }
    }

    private static string Within(string folder, string location, Func<string, ModelFormatException> refusal)
    {
        string[] steps = location.Split('/');
        if (steps is [".", .. string[] rest])
            steps = rest;
        if (steps.Length == 0 || location.AsSpan().IndexOfAny('\\', ':', '\0') >= 0
            || steps.Any(step => step is "" or "." or ".."))
            throw refusal($"has its data in {location}; a path within the model's folder is expected");
        string root = Real(folder), path = Real(Path.Combine([folder, .. steps]));
        return path.StartsWith(
            Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw refusal($"has its data in {location}, a link that leaves the model's folder");
    }

    /// <summary>The path without links, in whatever part of it they are.</summary>
    private static string Real(string path, int links = MostLinks)
    {
        string whole = Path.GetFullPath(path);
        if (Path.GetDirectoryName(whole) is not { } parent)
            return whole;
        string real = Path.Combine(Real(parent, links), Path.GetFileName(whole));
        if (new FileInfo(real).ResolveLinkTarget(returnFinalTarget: false) is not { } target)
            return real;
        return links > 0 ? Real(target.FullName, links - 1) : throw new IOException("its links go on and on");
    }
}
