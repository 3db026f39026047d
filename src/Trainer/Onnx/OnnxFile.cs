using SoftPool.Files;
using SoftPool.Trainer.Verification;

namespace SoftPool.Trainer.Onnx;

/// <summary>An ONNX file of a model that ONNX Runtime has been asked about.</summary>
/// <param name="Content">The file's content.</param>
/// <param name="Found">What the comparison found, in words.</param>
internal sealed record OnnxFile(ProtoMessage Content, string Found)
{
    /// <summary>Makes the file and holds it to torch on the model, by the same bounds as an import.</summary>
    /// <exception cref="UserErrorException">Some operators cannot be written, or ONNX Runtime does not take the file, or
    /// computes something else.</exception>
    public static OnnxFile Checked(Model model)
    {
        (ProtoMessage content, IReadOnlyList<string> values) = OnnxExport.Of(model);
        string trial = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.onnx");
        try
        {
            using (FileStream file = File.Create(trial))
                content.WriteTo(file);
            string[] outputs = [.. model.Graph.Outputs.Select(output => output.Name)];
            var comparison = OnnxComparison.OfTorch(new OnnxPair(
                trial, model, [.. model.Graph.Inputs.Select(input => input.Name)], outputs, outputs, Batch: 1,
                FixesBatch: false,
                model.Graph.Layers.Zip(values, (layer, value) => (layer.Name, Value: value))
                    .Where(pair => pair.Value is not null).ToDictionary(pair => pair.Name, pair => pair.Value!)));
            return comparison.Passed
                ? new OnnxFile(content, comparison.Found)
                : throw new UserErrorException(
                    $"{model.Graph.Name} as ONNX differs from what torch computes, in ONNX Runtime "
                    + $"{OnnxRunner.Version}: {comparison.Found}.");
        }
        finally
        {
            File.Delete(trial);
        }
    }

    /// <summary>Writes the file, whole or not at all.</summary>
    public void Write(string path) => WholeFile.Write(path, Content.WriteTo);
}
