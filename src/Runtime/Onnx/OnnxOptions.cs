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
