using System.Text.Json;
using SoftPool.Files;
using SoftPool.Models;

namespace SoftPool.Trainer.Training;

/// <summary>
/// A whole training in one file, at one moment: the weights under PyTorch's names, Adam's moments under optimizer.*,
/// and in the metadata what the run is, how far it has come, the class names and the preprocessing. It is written under
/// another name and then renamed, so a kill at any moment leaves the file before or the file after.
/// </summary>
internal sealed record Checkpoint(
    RunDescription Run, TrainingState State, Model Model, IReadOnlyDictionary<string, Tensor> Moments)
{
    private const string RunKey = "softpool.run", StateKey = "softpool.state";

    /// <summary>What the names of all of Adam's tensors begin with.</summary>
    public const string Optimizer = "optimizer.";

    /// <summary>What the names of Adam's first and second moments begin with.</summary>
    public const string FirstMoment = Optimizer + "exp_avg.", SecondMoment = Optimizer + "exp_avg_sq.";

    /// <exception cref="ModelFormatException">The history is too long for the file's header.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(string path)
    {
        SafetensorsFile model = ModelFile.ToSafetensors(Model);
        var metadata =
            new Dictionary<string, string>(model.Metadata) { [RunKey] = Run.ToJson(), [StateKey] = State.ToJson() };
        new SafetensorsFile(model.Tensors.Concat(Moments).ToDictionary(), metadata).Write(path);
    }

    /// <exception cref="ModelFormatException">The file is no checkpoint, or a damaged one.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Checkpoint Read(string path)
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        ILookup<bool, KeyValuePair<string, Tensor>> tensors = file.Tensors.ToLookup(
            entry => entry.Key.StartsWith(Optimizer, StringComparison.Ordinal));
        Model model = ModelFile.FromSafetensors(
            new SafetensorsFile(tensors[false].ToDictionary(), file.Metadata), Path.GetFileName(path));
        try
        {
            return new Checkpoint(
                RunDescription.FromJson(file.Metadata[RunKey]), TrainingState.FromJson(file.Metadata[StateKey]), model,
                tensors[true].ToDictionary());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException)
        {
            throw new ModelFormatException($"{path} is not a checkpoint of a training: {e.Message}", e);
        }
    }
}
