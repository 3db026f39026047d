using System.Security.Cryptography;
using SoftPool.Trainer.Files;
using SoftPool.Trainer.StateDicts;

namespace SoftPool.Trainer.Training;

/// <summary>Weights for a training to begin with.</summary>
/// <param name="Path">The file.</param>
/// <param name="Dictionary">What it holds.</param>
internal sealed record StartingWeights(string Path, StateDict Dictionary)
{
    /// <summary>The model that the file is; null for bare weights.</summary>
    public Model? Model => Dictionary.Model;

    /// <summary>Reads an exported model, a checkpoint, or bare weights of any kind that export takes.</summary>
    /// <param name="path">A file, or a run's folder, of which the best epoch is taken.</param>
    /// <param name="key">Which entry of a checkpoint of torch.save is the state dict; null to find the only
    /// one.</param>
    /// <exception cref="ModelFormatException">The file is damaged.</exception>
    /// <exception cref="UserErrorException">The folder has no training; or the file has no state dict, or several, or
    /// no such key.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static StartingWeights Read(string path, string? key = null)
    {
        if (Directory.Exists(path))
        {
            if (key is not null)
                throw new UserErrorException(
                    $"--key chooses an entry of a checkpoint of torch.save; {path} is a folder.");
            path = new RunFolder(path).FileOfBest();
        }
        return new StartingWeights(path, StateDict.Read(path, key));
    }

    /// <summary>The SHA-256 of the file, in hexadecimal digits.</summary>
    public string Sha256()
    {
        using FileStream file = RegularFile.OpenRead(Path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>Holds the weights to a network.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="ofClasses">The names of its parameters whose shapes depend on the number of classes.</param>
    /// <param name="classes">The names of its classes.</param>
    /// <param name="ignored">Beginnings of the names of weights that are left out.</param>
    /// <returns>The weights that it takes, and the names of its parameters that stay random: those of the classes, if
    /// the weights are for other ones.</returns>
    /// <exception cref="UserErrorException">Other weights are missing, unexpected or of another shape.</exception>
    public (WeightFit Fit, IReadOnlyList<string> New) FitTo(
        ModelGraph graph, IReadOnlyCollection<string> ofClasses, IReadOnlyList<string> classes,
        IReadOnlyList<string> ignored)
    {
        WeightFit fit = WeightFit.Of(graph, Dictionary, ignored);
        IReadOnlyList<string> fresh = [];
        if (Model is { ClassNames.Count: > 0 } && !Model.ClassNames.SequenceEqual(classes)
            || !ofClasses.All(fit.Weights.ContainsKey))
        {
            fresh = [.. graph.Parameters.Select(parameter => parameter.Name).Where(ofClasses.Contains)];
            fit = WeightFit.Of(graph, Dictionary, ignored, fresh);
        }
        fit.Check(Path, graph.Name);
        return (fit, fresh);
    }
}
