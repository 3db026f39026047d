using System.Globalization;

namespace SoftPool;

/// <summary>Values for an import that an ONNX file does not contain.</summary>
public sealed record OnnxOptions
{
    /// <summary>The shapes of the file's inputs by name, including the batch: x is 1, 3, 640, 640. The imported model
    /// still accepts any batch size. An input with declared extents needs no shape.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>> Shapes { get; init; } =
        new Dictionary<string, IReadOnlyList<int>>();

    /// <summary>The values of the symbolic extents that the file declares, by name: height is 640.</summary>
    public IReadOnlyDictionary<string, int> Symbols { get; init; } = new Dictionary<string, int>();

    /// <summary>Returns the same options with the shapes and symbols of texts as well.</summary>
    /// <param name="texts">Each is a name with extents: x=1x3x640x640 for an input's shape, height=640 for a symbol's
    /// value.</param>
    /// <exception cref="ArgumentException">A text is of another form, or a name comes twice.</exception>
    public OnnxOptions WithShapes(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var shapes = new Dictionary<string, IReadOnlyList<int>>(Shapes);
        var symbols = new Dictionary<string, int>(Symbols);
        foreach (string text in texts)
        {
            ArgumentNullException.ThrowIfNull(text, nameof(texts));
            int end = text.LastIndexOf('=');
            string[] parts = end > 0 ? text[(end + 1)..].Split('x') : [];
            int[] extents = [.. parts.Select(part =>
                int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int extent)
                ? extent
                : 0)];
            if (extents.Length == 0 || extents.Min() < 1)
                throw new ArgumentException(
                    $"A shape is a name and extents, such as x=1x3x640x640 or height=640; got {text}.");
            if (!(extents.Length == 1
                ? symbols.TryAdd(text[..end], extents[0]) : shapes.TryAdd(text[..end], extents)))
                throw new ArgumentException($"The shape of {text[..end]} is given twice.");
        }
        return this with { Shapes = shapes, Symbols = symbols };
    }

    /// <summary>The names of the values that become the model's outputs, in this order; empty for all outputs of the
    /// file. A value within the file's graph may be one too.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>The network's name. Default: the file name without its extension; for a stream the name of the file's
    /// graph, or "onnx" if the graph has no name.</summary>
    public string? Name { get; init; }

    /// <summary>The name of each element of the only or first output, in order. Empty for the names in the file's
    /// metadata, if it has one for each.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];

    /// <summary>How an image becomes the network's input. Default: as the file's metadata says; without metadata,
    /// values are scaled to [0, 1] only (mean 0, deviation 1).</summary>
    public Preprocessing? Preprocessing { get; init; }
}
