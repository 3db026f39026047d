namespace SoftPool.Onnx;

/// <summary>What an ONNX file holds, as it says it: nothing is resolved, folded or checked against an operator's
/// definition. Weights stay in the file until they are asked for, so the model holds the file open.</summary>
internal sealed record OnnxModel(
    long IrVersion, string Producer, string ProducerVersion, IReadOnlyDictionary<string, long> Opsets,
    IReadOnlyDictionary<string, string> Metadata, OnnxGraph Graph) : IDisposable
{
    private OnnxSource? Source { get; init; }

    /// <summary>Opens a file. External data may lie in its folder.</summary>
    /// <exception cref="ModelFormatException">It is no valid ONNX model, or one with what the reader
    /// refuses.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static OnnxModel Open(string path)
    {
        string whole = Path.GetFullPath(path);
        if (Directory.Exists(whole))
            throw new ModelFormatException($"{path} is a folder; an ONNX file is expected.");
        return Read(OnnxSource.Of(File.OpenRead(whole), Path.GetFileName(whole), Path.GetDirectoryName(whole)));
    }

    /// <summary>Reads from a stream, from where it stands; what cannot seek is read into memory, up to a limit. The
    /// model then owns the stream. External data is refused, as there is no folder.</summary>
    public static OnnxModel Read(Stream stream, string name) => Read(OnnxSource.Of(stream, name, null));

    public void Dispose() => Source?.Dispose();

    private static OnnxModel Read(OnnxSource source)
    {
        try
        {
            return new OnnxParser(source).Model() with { Source = source };
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }
}

/// <summary>A graph: the model's, or one within an attribute (of If, Loop, Scan). In files of IR 3 the initializers are
/// among the inputs.</summary>
internal sealed record OnnxGraph(
    string Name, IReadOnlyList<OnnxValue> Inputs, IReadOnlyList<OnnxValue> Outputs, IReadOnlyList<OnnxValue> Values,
    IReadOnlyList<OnnxTensor> Initializers, IReadOnlyList<OnnxNode> Nodes);

/// <summary>One operator's use. An input or output that is left out has the empty name.</summary>
internal sealed record OnnxNode(
    string OpType, string Domain, string Name, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs,
    IReadOnlyList<OnnxAttribute> Attributes);

/// <summary>A value's name and what is said of its type.</summary>
internal sealed record OnnxValue(string Name, OnnxType Type);

/// <summary>A type, with what is known of a tensor's. The dimensions are null where not even the rank is
/// known.</summary>
internal sealed record OnnxType(OnnxTypeKind Kind, OnnxElement Element, IReadOnlyList<OnnxDimension>? Dimensions);

/// <summary>Fixed (a size), named (a symbol), or unknown (neither).</summary>
internal readonly record struct OnnxDimension(long? Size, string? Symbol);

/// <summary>The kinds of types, by their field's number in TypeProto.</summary>
internal enum OnnxTypeKind
{
    None = 0, Tensor = 1, Sequence = 4, Map = 5, Opaque = 7, SparseTensor = 8, Optional = 9,
}

/// <summary>The types of a tensor's elements, by their numbers in the file.</summary>
internal enum OnnxElement
{
    None = 0, Float = 1, UInt8 = 2, Int8 = 3, UInt16 = 4, Int16 = 5, Int32 = 6, Int64 = 7, String = 8, Bool = 9,
    Float16 = 10, Double = 11, UInt32 = 12, UInt64 = 13, Complex64 = 14, Complex128 = 15, BFloat16 = 16,
}
