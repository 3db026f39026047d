using System.Text.Json.Serialization;
using SoftPool.Operators;

namespace SoftPool.Models;

/// <summary>The graph as it stands in a model file.</summary>
internal sealed record GraphDocument(string Name, TensorShape InputShape, IReadOnlyList<Layer> Layers);

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
[JsonSerializable(typeof(GraphDocument))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(Preprocessing))]
internal sealed partial class ModelJson : JsonSerializerContext;
