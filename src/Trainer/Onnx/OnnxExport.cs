using SoftPool.Models;
using SoftPool.Operators;

namespace SoftPool.Trainer.Onnx;

/// <summary>A model as an ONNX file. The batch is free; inputs and outputs have the network's names, and each layer's
/// value has the layer's name.</summary>
internal static class OnnxExport
{
    /// <summary>Protobuf messages are shorter than 2 GiB.</summary>
    private const long Largest = int.MaxValue;

    /// <summary>Under which the file's metadata has the class names and the preprocessing, as JSON.</summary>
    public const string ClassesKey = ModelFile.ClassesKey, PreprocessingKey = ModelFile.PreprocessingKey;

    /// <summary>Makes the file's message.</summary>
    /// <exception cref="UserErrorException">Some operators cannot be written; the details are all of them, with the
    /// reason and the layers. Or the file would be too large.</exception>
    /// <returns>The file, and the name of each layer's value in it.</returns>
    public static (ProtoMessage File, IReadOnlyList<string> Values) Of(Model model)
    {
        ModelGraph graph = model.Graph;
        var draft = new OnnxDraft();
        string[] inputs = [.. graph.Inputs.Select(input => draft.Name(input.Name))];
        string[] outputs = [.. graph.Outputs.Select(output => draft.Name(output.Name))];
        string[] reserved = [.. graph.Layers.Select(layer => draft.Name(layer.Name))];
        foreach (Parameter parameter in graph.Parameters)
            draft.Name(parameter.Name);
        var values = new string[graph.Layers.Count];
        var refusals = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        for (int i = 0; i < values.Length; i++)
        {
            Layer layer = graph.Layers[i];
            var step = new OnnxStep(
                draft, model, layer.Name, layer.Operator,
                [.. graph.InputsOf(i).Select(place => place < 0 ? inputs[~place] : values[place])],
                graph.InputShapesOf(i));
            values[i] = reserved[i];
            try
            {
                string made = OnnxOperators.Write(step)
                    ?? throw new NotSupportedException("softpool does not write it to ONNX");
                if (step.Inputs.Contains(made))
                    values[i] = made;
                else
                    draft.Rename(made, values[i]);
            }
            catch (NotSupportedException e)
            {
                string why = $"{layer.Operator.GetType().Name}: {e.Message}";
                if (!refusals.TryGetValue(why, out List<string>? layers))
                    refusals.Add(why, layers = []);
                layers.Add(layer.Name);
            }
        }
        if (refusals.Count > 0)
            throw new UserErrorException(
                $"{graph.Name} cannot be written as ONNX:",
                [.. refusals.Select(entry => $"{entry.Key} ({string.Join(", ", entry.Value)})")]);
        for (int i = 0; i < outputs.Length; i++)
            draft.Add("Identity", [values[graph.OutputLayers[i]]], [outputs[i]], []);
        ProtoMessage file = draft.Model(
            graph.Name, inputs.Zip(graph.Inputs, (name, input) => (name, input.Shape)),
            outputs.Zip(graph.Outputs, (name, output) => (name, output.Shape)),
            [(ClassesKey, model.Texts.Classes), (PreprocessingKey, model.Texts.Preprocessing)]);
        return file.Length <= Largest
            ? (file, values)
            : throw new UserErrorException(
                $"{graph.Name} takes {file.Length} bytes as an ONNX file, and such a file has at most {Largest}.");
    }
}
