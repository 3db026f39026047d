using System.Text.Json;
using SoftPool.Models;

namespace SoftPool;

/// <summary>What a model file says beside its weights, as texts.</summary>
/// <param name="Version">The version of the format that the texts are in: 2 only where 1 cannot say what there is, so
/// that older programs read all that they know.</param>
/// <param name="Graph">The network.</param>
/// <param name="Classes">The class names.</param>
/// <param name="Preprocessing">The preprocessing of images.</param>
internal sealed record ModelTexts(int Version, string Graph, string Classes, string Preprocessing)
{
    public static ModelTexts Of(Model model)
    {
        int version = model.Graph.IsPlain && model.Preprocessing.WrittenResize is null ? 1 : 2;
        return new ModelTexts(
            version,
            version == 1
                ? JsonSerializer.Serialize(PlainGraphDocument.Of(model.Graph), ModelJson.Default.PlainGraphDocument)
                : JsonSerializer.Serialize(GraphDocument.Of(model.Graph), ModelJson.Default.GraphDocument),
            JsonSerializer.Serialize(model.ClassNames, ModelJson.Default.IReadOnlyListString),
            JsonSerializer.Serialize(model.Preprocessing, ModelJson.Default.Preprocessing));
    }
}
