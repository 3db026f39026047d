namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>A small model that is imported.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Graph">The model.</param>
/// <param name="Operators">The operators that it becomes, in order.</param>
internal sealed record OnnxCase(string Name, GraphWriter Graph, string Operators)
{
    public static implicit operator OnnxCase((string Name, GraphWriter Graph, string Operators) row) =>
        new(row.Name, row.Graph, row.Operators);
}
