using System.Text.Json.Serialization;
using SoftPool.Operators;

namespace SoftPool.Models;

/// <summary>The graph as it stands in a file of version 1: it has one input and one output.</summary>
internal sealed record PlainGraphDocument(string Name, TensorShape InputShape, IReadOnlyList<Layer> Layers)
{
    public static PlainGraphDocument Of(ModelGraph graph) => new(graph.Name, graph.InputShape, graph.Layers);

    public ModelGraph ToGraph() => new(Name, InputShape, Layers);
}

/// <summary>The graph as it stands in a file of version 2.</summary>
internal sealed record GraphDocument(
    string Name, IReadOnlyList<NetworkInput> Inputs, IReadOnlyList<Layer> Layers, IReadOnlyList<OutputDocument> Outputs)
{
    public static GraphDocument Of(ModelGraph graph) => new(
        graph.Name, graph.Inputs, graph.Layers,
        [.. graph.Outputs.Select(output => new OutputDocument(output.Name, output.Layer))]);

    public ModelGraph ToGraph() =>
        new(Name, Inputs, Layers, Outputs.Select(output => (output?.Name!, output?.Layer!)));
}

/// <summary>An output of a graph: its name, and the layer whose output it is.</summary>
internal sealed record OutputDocument(string Name, string Layer);

/// <summary>How the model's JSON is read and written: PyTorch's snake_case, nothing unknown, nothing missing,
/// nothing twice.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    AllowOutOfOrderMetadataProperties = true,
    Converters =
    [
        typeof(WordConverter<SoftPoolWeighting>), typeof(WordConverter<GeluApproximation>),
        typeof(WordConverter<UpsampleMode>), typeof(WordConverter<UpsampleCoordinates>),
        typeof(WordConverter<UpsampleRounding>), typeof(WordConverter<Interpolation>),
        typeof(WordConverter<Reduction>),
    ],
    MaxDepth = 16)]
[JsonSerializable(typeof(PlainGraphDocument))]
[JsonSerializable(typeof(GraphDocument))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(Preprocessing))]
internal sealed partial class ModelJson : JsonSerializerContext;
