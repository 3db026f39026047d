using System.Text.Json;

namespace SoftPool.Trainer.Training;

/// <summary>All of a training but its tensors: small enough to keep beside the text that speaks of it, and enough to
/// compare it with others.</summary>
/// <param name="Run">What was trained and how.</param>
/// <param name="Classes">The names of the classes.</param>
/// <param name="Parameters">The number of learned values.</param>
/// <param name="State">How it went.</param>
internal sealed record TrainingRecord(
    RunDescription Run, IReadOnlyList<string> Classes, long Parameters, TrainingState State)
{
    private static readonly JsonSerializerOptions Json =
        new(RunDescription.Json) { RespectRequiredConstructorParameters = true };

    public static TrainingRecord Of(Checkpoint checkpoint) => new(
        checkpoint.Run, checkpoint.Model.ClassNames, checkpoint.Model.Graph.ParameterCount, checkpoint.State);

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="JsonException">The text is no record.</exception>
    public static TrainingRecord FromJson(string json) =>
        JsonSerializer.Deserialize<TrainingRecord>(json, Json) ?? throw new JsonException("The record is null.");
}
