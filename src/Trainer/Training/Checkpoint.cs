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
        Model model = ModelOf(file, Path.GetFileName(path));
        try
        {
            return new Checkpoint(
                RunDescription.FromJson(file.Metadata[RunKey]), TrainingState.FromJson(file.Metadata[StateKey]), model,
                file.Tensors.Where(entry => IsMoment(entry.Key)).ToDictionary());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException)
        {
            throw new ModelFormatException($"{path} is not a checkpoint of a training: {e.Message}", e);
        }
    }

    /// <summary>The model in a checkpoint, or in any other file of a model.</summary>
    /// <param name="file">The file's tensors and metadata.</param>
    /// <param name="name">What to call the file in a complaint.</param>
    /// <exception cref="ModelFormatException">It is no valid model.</exception>
    public static Model ModelOf(SafetensorsFile file, string name) => ModelFile.FromSafetensors(
        new SafetensorsFile(file.Tensors.Where(entry => !IsMoment(entry.Key)).ToDictionary(), file.Metadata), name);

    private static bool IsMoment(string name) => name.StartsWith(Optimizer, StringComparison.Ordinal);
}
