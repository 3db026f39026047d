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

    /// <summary>The name of the output that the model gives. Needed only if the file has several outputs; null for the
    /// only one.</summary>
    public string? Output { get; init; }

    /// <summary>The network's name. Default: the file name without its extension; for a stream the name of the file's
    /// graph, or "onnx" if the graph has no name.</summary>
    public string? Name { get; init; }

    /// <summary>The name of each output, in order; empty if the outputs have no names.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];

    /// <summary>How an image becomes the network's input. Default: values are scaled to [0, 1] only (mean 0, deviation
    /// 1).</summary>
    public Preprocessing? Preprocessing { get; init; }
}
