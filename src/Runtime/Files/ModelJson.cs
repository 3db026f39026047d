using System.Text.Json;
using System.Text.Json.Serialization;
using SoftPool.Parity;

namespace SoftPool.Files;

/// <summary>The graph as it stands in a model file.</summary>
internal sealed record GraphDocument(string Name, TensorShape InputShape, IReadOnlyList<Layer> Layers);

/// <summary>What a model file says beside its weights, as texts.</summary>
internal sealed record ModelTexts(string Graph, string Classes, string Preprocessing)
{
    public static ModelTexts Of(Model model) => new(
        JsonSerializer.Serialize(
            new GraphDocument(model.Graph.Name, model.Graph.InputShape, model.Graph.Layers), ModelJson.Default.GraphDocument),
        JsonSerializer.Serialize(model.Classes, ModelJson.Default.IReadOnlyListString),
        JsonSerializer.Serialize(model.Preprocessing, ModelJson.Default.Preprocessing));
}

/// <summary>How the model's JSON is read and written: PyTorch's snake_case, nothing unknown, nothing missing,
/// nothing twice.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    AllowOutOfOrderMetadataProperties = true,
    Converters = [typeof(SoftPoolWeightsConverter)],
    MaxDepth = 16)]
[JsonSerializable(typeof(GraphDocument))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(Preprocessing))]
[JsonSerializable(typeof(CertificateDocument))]
internal sealed partial class ModelJson : JsonSerializerContext;
