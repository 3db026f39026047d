using System.Security.Cryptography;
using SoftPool.Files;
using SoftPool.Models;

namespace SoftPool.Trainer.Training;

/// <summary>A file of weights for a training to begin with.</summary>
/// <param name="Path">The file.</param>
/// <param name="Model">The model that it is; null for bare weights.</param>
/// <param name="Tensors">The weights by name.</param>
internal sealed record StartingWeights(string Path, Model? Model, IReadOnlyDictionary<string, Tensor> Tensors)
{
    /// <summary>Reads an exported model, a checkpoint, or bare weights.</summary>
    /// <param name="path">A .safetensors file, or a run's folder, of which the best epoch is taken.</param>
    /// <exception cref="ModelFormatException">The file is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static StartingWeights Read(string path)
    {
        if (Directory.Exists(path))
        {
            var folder = new RunFolder(path);
            Model best = folder.ReadBest().Model;
            return new StartingWeights(
                File.Exists(folder.BestPath) ? folder.BestPath : folder.LastPath, best, best.Weights);
        }
        SafetensorsFile file = SafetensorsFile.Read(path);
        if (!ModelFile.IsModel(file))
            return new StartingWeights(path, null, file.Tensors);
        var tensors = file.Tensors
            .Where(entry => !entry.Key.StartsWith(Checkpoint.Optimizer, StringComparison.Ordinal)).ToDictionary();
        var model = ModelFile.FromSafetensors(
            new SafetensorsFile(tensors, file.Metadata), System.IO.Path.GetFileName(path));
        return new StartingWeights(path, model, model.Weights);
    }

    /// <summary>The SHA-256 of the file, in hexadecimal digits.</summary>
    public string Sha256()
    {
        using FileStream file = File.OpenRead(Path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>Holds the weights to a network.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="ofClasses">The names of its parameters whose shapes depend on the number of classes.</param>
    /// <param name="classes">The names of its classes.</param>
    /// <returns>The weights that it takes, and the names of its parameters that stay random: those of the classes, if
    /// the weights are for other ones.</returns>
    /// <exception cref="MisfitException">Other weights are missing, unexpected or of another shape.</exception>
    public (IReadOnlyDictionary<string, Tensor> Weights, IReadOnlyList<string> New) FitTo(
        ModelGraph graph, IReadOnlyCollection<string> ofClasses, IReadOnlyList<string> classes)
    {
        var wanted = graph.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Shape);
        bool sameClasses = (Model is not { ClassNames.Count: > 0 } || Model.ClassNames.SequenceEqual(classes))
            && ofClasses.All(name => Tensors.GetValueOrDefault(name)?.Shape == wanted[name]);
        HashSet<string> fresh = sameClasses ? [] : [.. ofClasses];
        var misfits = new List<(string What, string Name, string Network, string File)>();
        foreach ((string name, TensorShape shape) in wanted.Where(entry => !fresh.Contains(entry.Key)))
            if (!Tensors.TryGetValue(name, out Tensor? tensor))
                misfits.Add(("missing", name, $"{shape}", ""));
            else if (tensor.Shape != shape)
                misfits.Add(("another shape", name, $"{shape}", $"{tensor.Shape}"));
        misfits.AddRange(Tensors.Where(entry => !wanted.ContainsKey(entry.Key))
            .Select(entry => ("unexpected", Excerpt.Of(entry.Key), "", $"{entry.Value.Shape}")));
        if (misfits.Count > 0)
            throw new MisfitException($"{Path} does not fit {graph.Name}:", misfits);
        return (Tensors.Where(entry => !fresh.Contains(entry.Key)).ToDictionary(),
            [.. wanted.Keys.Where(fresh.Contains)]);
    }
}
