using System.Text;

namespace SoftPool.Onnx;

/// <summary>The kinds of attributes, by their numbers in the file.</summary>
internal enum OnnxAttributeKind
{
    None = 0, Float = 1, Int = 2, String = 3, Tensor = 4, Graph = 5, Floats = 6, Ints = 7, Strings = 8, Tensors = 9,
    Graphs = 10, SparseTensor = 11, SparseTensors = 12, Type = 13, Types = 14,
}

/// <summary>A node's attribute; its value is in <see cref="OnnxAttribute{T}"/>.</summary>
internal abstract record OnnxAttribute(string Name, OnnxAttributeKind Kind);

/// <summary>An attribute with its value: a float, long, <see cref="OnnxText"/>, <see cref="OnnxTensor"/>,
/// <see cref="OnnxGraph"/>, <see cref="OnnxType"/>, or an IReadOnlyList of one of these.</summary>
internal sealed record OnnxAttribute<T>(string Name, OnnxAttributeKind Kind, T Value) : OnnxAttribute(Name, Kind);

/// <summary>A string of an attribute or a tensor: bytes by the format, text by custom.</summary>
internal readonly record struct OnnxText(ReadOnlyMemory<byte> Bytes)
{
    public override string ToString() => Encoding.UTF8.GetString(Bytes.Span);
}
