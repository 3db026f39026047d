using System.Text.Json;
using SoftPool.Files;
using SoftPool.Models;
using SoftPool.Operators;
using SoftPool.Verification;

namespace SoftPool.Benchmarks;

/// <summary>Models whose weights are drawn from integers, so that they are the same bits on every machine: a file of
/// their graph and certificate takes kilobytes, where weights take hundreds of megabytes.</summary>
internal static class SeededModel
{
    /// <summary>Where the file says which bits strict numerics gives.</summary>
    private const string StrictKey = "strict.sha256";

    /// <summary>A network with such weights, and no certificate.</summary>
    public static Model Create(ModelGraph graph, Preprocessing preprocessing) =>
        new(graph, Draw(graph), [], preprocessing);

    /// <summary>Writes a model without its weights.</summary>
    /// <param name="model">The model, under its certificate.</param>
    /// <param name="strict">The SHA-256 of its outputs with strict numerics.</param>
    /// <param name="path">The file.</param>
    public static void Write(Model model, string strict, string path)
    {
        var metadata = new Dictionary<string, string>(ModelFile.ToSafetensors(model).Metadata) { [StrictKey] = strict };
        new SafetensorsFile(new Dictionary<string, Tensor>(), metadata).Write(path);
    }

    /// <summary>Reads a model, and draws its weights.</summary>
    public static (Model Model, string Strict) Read(string path)
    {
        var file = SafetensorsFile.Read(path);
        ModelGraph graph = JsonSerializer.Deserialize(
            file.Metadata["softpool.graph"], ModelJson.Default.PlainGraphDocument)!.ToGraph();
        return (
            ModelFile.FromSafetensors(new SafetensorsFile(Draw(graph), file.Metadata), Path.GetFileName(path)),
            file.Metadata[StrictKey]);
    }

    private static Dictionary<string, Tensor> Draw(ModelGraph graph)
    {
        var weights = new Dictionary<string, Tensor>();
        ulong seed = 1;
        foreach (Parameter parameter in graph.Parameters)
        {
            string name = parameter.Name[(parameter.Name.LastIndexOf('.') + 1)..];
            TensorShape shape = parameter.Shape;
            // He's deviation for filters; a variance lies near 1. Square roots are rounded alike everywhere.
            (double middle, double width) = name switch
            {
                "weight" when shape.Rank > 1 => (0, Math.Sqrt(6.0 * shape[0] / shape.ElementCount)),
                "weight" or "running_var" => (1, 0.1),
                _ => (0, 0.1),
            };
            var values = new float[shape.ElementCount];
            CertificateInput.Draw(seed++, values);
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)(middle + width * (values[i] / 2));
            weights.Add(parameter.Name, new Tensor(shape, values));
        }
        return weights;
    }
}
