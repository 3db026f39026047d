namespace SoftPool;

/// <summary>What an ONNX file does not say by itself.</summary>
public sealed record OnnxOptions
{
    /// <summary>The shapes of inputs by name, batch included: x is 1, 3, 640, 640. The batch stays free in the model.
    /// An input whose extents the file declares needs none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>> Shapes { get; init; } = new Dictionary<string, IReadOnlyList<int>>();

    /// <summary>The values of the symbols that the file declares as extents: height is 640.</summary>
    public IReadOnlyDictionary<string, int> Symbols { get; init; } = new Dictionary<string, int>();

    /// <summary>The output that the model gives, where the file has several.</summary>
    public string? Output { get; init; }

    /// <summary>The network's name. Default: the file's name without its ending, or the graph's of a stream.</summary>
    public string? Name { get; init; }

    /// <summary>The name of each class; empty if they have none.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];

    /// <summary>How a picture becomes an input. Default: scaled to [0, 1], and nothing else.</summary>
    public Preprocessing? Preprocessing { get; init; }
}
