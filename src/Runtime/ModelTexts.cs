using System.Text.Json;
using SoftPool.Models;

namespace SoftPool;

/// <summary>What a model file says beside its weights, as texts.</summary>
internal sealed record ModelTexts(string Graph, string Classes, string Preprocessing)
{
    public static ModelTexts Of(Model model) => new(
        JsonSerializer.Serialize(
            new GraphDocument(model.Graph.Name, model.Graph.InputShape, model.Graph.Layers),
            ModelJson.Default.GraphDocument),
        JsonSerializer.Serialize(model.ClassNames, ModelJson.Default.IReadOnlyListString),
        JsonSerializer.Serialize(model.Preprocessing, ModelJson.Default.Preprocessing));
}
