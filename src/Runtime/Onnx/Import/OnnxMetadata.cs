using System.Globalization;
using System.Text;
using System.Text.Json;
using SoftPool.Models;

namespace SoftPool.Onnx.Import;

/// <summary>What a file's metadata says of classes and pictures, as far as it can be taken exactly: class names as
/// Ultralytics and others write them, means and deviations, and the keys of the ONNX standard for images.</summary>
/// <param name="ClassNames">A name for each output; empty where the file has none.</param>
/// <param name="Preprocessing">How a picture becomes the input; null where the file does not say.</param>
/// <param name="Taken">What was taken, and from which key.</param>
/// <param name="Ignored">What was not, and why.</param>
internal sealed record OnnxMetadata(
    IReadOnlyList<string> ClassNames, Preprocessing? Preprocessing, IReadOnlyList<string> Taken,
    IReadOnlyList<string> Ignored)
{
    private const string Format = "Image.BitmapPixelFormat", Range = "Image.NominalPixelRange";

    // As model files hold them, and as `softpool export --onnx` writes them.
    private const string OwnClasses = ModelFile.ClassesKey, OwnPreprocessing = ModelFile.PreprocessingKey;

    private static readonly string[] ClassKeys = ["names", "classes", "class_names", "labels"];

    public static OnnxMetadata Of(IReadOnlyDictionary<string, string> properties, ModelGraph graph)
    {
        List<string> taken = [], ignored = [];
        string[] names = Classes(properties, graph, taken, ignored);
        return new OnnxMetadata(names, Pictures(properties, graph, taken, ignored), taken, ignored);
    }

    private static string[] Classes(
        IReadOnlyDictionary<string, string> properties, ModelGraph graph, List<string> taken, List<string> ignored)
    {
        int outputs = graph.Outputs[0].Shape.ElementCount;
        if (properties.TryGetValue(OwnClasses, out string? json))
            try
            {
                string[] own = [.. JsonSerializer.Deserialize(json, ModelJson.Default.IReadOnlyListString) ?? []];
                if (own.Length == outputs && !own.Contains(null))
                {
                    taken.Add($"{outputs} class names ({OwnClasses})");
                    return own;
                }
                if (own.Length > 0)
                    ignored.Add($"{OwnClasses}: {own.Length} names, and the network has {outputs} outputs");
            }
            catch (JsonException)
            {
                ignored.Add($"{OwnClasses}, which is no list of names");
            }
        foreach (string key in ClassKeys.Where(properties.ContainsKey))
        {
            string[]? names = NamesOf(properties[key]);
            if (names?.Length == outputs)
            {
                taken.Add($"{outputs} class names ({key})");
                return names;
            }
            ignored.Add(names is null
                ? $"{key}, which is no list of names"
                : $"{key}: {names.Length} names, and the network has {outputs} outputs");
        }
        return [];
    }

    private static Preprocessing? Pictures(
        IReadOnlyDictionary<string, string> properties, ModelGraph graph, List<string> taken, List<string> ignored)
    {
        if (graph.Inputs is not [{ Shape: { Rank: 3 } shape }])
            return null;
        int channels = shape[0];
        if (properties.TryGetValue(OwnPreprocessing, out string? json))
            try
            {
                if (JsonSerializer.Deserialize(json, ModelJson.Default.Preprocessing) is { } own
                    && own.Mean.Count == channels && own.StandardDeviation.Count == channels)
                {
                    taken.Add($"how pictures become the input ({OwnPreprocessing})");
                    return own;
                }
                ignored.Add($"{OwnPreprocessing}, which is not for {channels} channels");
            }
            catch (Exception e) when (e is JsonException or ModelFormatException)
            {
                ignored.Add($"{OwnPreprocessing}, which cannot be read");
            }
        if (properties.TryGetValue(Format, out string? format) && format is not ("Rgb8" or "Rgba8" or "Gray8"))
        {
            ignored.Add($"{Format} is {Files.Excerpt.Of(format)}, and pictures are given as red, green, blue");
            return null;
        }
        if (properties.TryGetValue("mean", out string? mean) && properties.TryGetValue("std", out string? deviation))
        {
            if (Numbers(mean) is { } means && Numbers(deviation) is { } deviations
                && means.Length == channels && deviations.Length == channels
                && means.All(number => number is >= 0 and <= 1) && deviations.All(number => number is > 0 and <= 1))
            {
                taken.Add("mean and deviation of pictures (mean, std)");
                return new Preprocessing(means, deviations);
            }
            ignored.Add($"mean and std, which are not {channels} numbers each for pictures in [0, 1]");
        }
        else if (properties.ContainsKey("mean") || properties.ContainsKey("std"))
            ignored.Add("mean or std, which say something only together");
        if (!properties.TryGetValue(Range, out string? range))
            return null;
        (float Mean, float Deviation)? scale = range switch
        {
            "NominalRange_0_255" => (0, 1 / 255f),
            "Normalized_0_1" => (0, 1),
            "Normalized_1_1" => (0.5f, 0.5f),
            _ => null,
        };
        if (scale is not { } known)
        {
            ignored.Add($"{Range} is {Files.Excerpt.Of(range)}");
            return null;
        }
        taken.Add($"the range of pictures ({Range})");
        return new Preprocessing(
            [.. Enumerable.Repeat(known.Mean, channels)], [.. Enumerable.Repeat(known.Deviation, channels)]);
    }

    private static float[]? Numbers(string text)
    {
        string[] parts = text.Trim().TrimStart('[', '(').TrimEnd(']', ')')
            .Split([',', ';', ' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        var numbers = new float[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            if (!float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i])
                || !float.IsFinite(numbers[i]))
                return null;
        return numbers;
    }

    /// <summary>Names as a dictionary or a list of Python or JSON, or one a line, or between commas; null of anything
    /// else.</summary>
    private static string[]? NamesOf(string text)
    {
        text = text.Trim();
        if (text.Length == 0)
            return null;
        bool isDictionary = text[0] == '{';
        if (!isDictionary && text[0] is not ('[' or '('))
        {
            string[] plain = [.. text.Split(text.Contains('\n') ? '\n' : ',').Select(name => name.Trim())];
            return plain.All(name => name.Length > 0) ? plain : null;
        }
        List<string> names = [];
        int at = 1;
        char end = text[0] switch { '{' => '}', '[' => ']', _ => ')' };
        while (true)
        {
            Space(text, ref at);
            if (at == text.Length - 1 && text[at] == end)
                return [.. names];
            if (isDictionary && !Key(text, ref at, names.Count))
                return null;
            if (Quoted(text, ref at) is not { } name)
                return null;
            names.Add(name);
            Space(text, ref at);
            if (at < text.Length && text[at] == ',')
                at++;
            else if (at != text.Length - 1)
                return null;
        }
    }

    /// <summary>A dictionary's key, which is the number of names before it, and a colon.</summary>
    private static bool Key(string text, ref int at, int number)
    {
        string? key;
        if (at < text.Length && text[at] is '"' or '\'')
            key = Quoted(text, ref at);
        else
        {
            int begin = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                at++;
            key = text[begin..at];
        }
        Space(text, ref at);
        if (at == text.Length || text[at++] != ':'
            || !int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int place) || place != number)
            return false;
        Space(text, ref at);
        return true;
    }

    private static string? Quoted(string text, ref int at)
    {
        if (at >= text.Length || text[at] is not ('"' or '\''))
            return null;
        char quote = text[at++];
        var name = new StringBuilder();
        for (; at < text.Length; at++)
        {
            char letter = text[at];
            if (letter == quote)
            {
                at++;
                return name.ToString();
            }
            if (letter == '\\')
            {
                if (++at == text.Length)
                    return null;
                letter = text[at];
                if (letter == 'u' && at + 4 < text.Length && ushort.TryParse(
                    text.AsSpan(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                    out ushort code))
                    (letter, at) = ((char)code, at + 4);
                else if (letter is not ('\\' or '"' or '\'' or '/'))
                    return null;
            }
            name.Append(letter);
        }
        return null;
    }

    private static void Space(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
    }
}
