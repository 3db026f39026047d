using SoftPool.Onnx;
using SoftPool.Onnx.Import;

namespace SoftPool.Trainer.Verification;

/// <summary>An ONNX file and a model that is to compute the same.</summary>
/// <param name="Path">The file.</param>
/// <param name="Model">The model.</param>
/// <param name="InputNames">The file's names for the model's inputs, in their order.</param>
/// <param name="OutputNames">The file's names for the model's outputs, in their order.</param>
/// <param name="FileOutputs">What the file itself names as its outputs.</param>
/// <param name="Batch">The batch that the file was folded for.</param>
/// <param name="FixesBatch">Whether the file takes no other batch.</param>
/// <param name="ValueOf">By the model's layers, which value of the file each gives.</param>
internal sealed record OnnxPair(
    string Path, Model Model, IReadOnlyList<string> InputNames, IReadOnlyList<string> OutputNames,
    IReadOnlyCollection<string> FileOutputs, int Batch, bool FixesBatch, IReadOnlyDictionary<string, string> ValueOf)
{
    /// <summary>Whether import makes other layers of the file than the model has: then the outputs alone belong
    /// together.</summary>
    public bool OutputAlone { get; init; }

    /// <summary>Whether the file has no batch: its input tensors are one item each.</summary>
    public bool TakesWhole { get; init; }

    /// <summary>The types of the inputs' elements in the file; none where all are floats.</summary>
    public IReadOnlyList<OnnxElement> InputElements { get; init; } = [];

    /// <summary>Whether the file computes in 16 bits.</summary>
    public bool IsHalf { get; init; }

    /// <summary>A number in [-2, 2) as the file's type of an input holds it; of a byte any.</summary>
    public float Held(int input, float number) => InputElements.Count == 0 ? number
        : InputElements[input] switch
        {
            OnnxElement.Float16 => (float)(Half)number,
            OnnxElement.UInt8 => MathF.Floor((number + 2) * 64),
            _ => number,
        };

    /// <summary>The shapes in which the file takes the inputs.</summary>
    public IReadOnlyList<int[]> InputShapes =>
    [
        .. Model.Graph.Inputs.Select(input =>
            TakesWhole ? input.Shape.Extents.ToArray() : [Batch, .. input.Shape.Extents]),
    ];

    /// <summary>What import makes of a file, with the file.</summary>
    public static OnnxPair Of(string path, OnnxImport import, Model model) => new(
        path, model, import.InputNames, import.OutputNames, [.. import.FileOutputs], import.Batch, import.FixesBatch,
        model.Graph.Layers.Zip(import.OnnxValues).Where(pair => pair.Second is not null)
            .ToDictionary(pair => pair.First.Name, pair => pair.Second!))
    {
        TakesWhole = import.TakesWhole,
        InputElements = import.InputElements,
        IsHalf = import.IsHalf,
    };

    /// <summary>A model and the file that it may have been made of.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The model.</param>
    /// <param name="outputs">The values that the model gives; none for those of the model's names, or all of the
    /// file.</param>
    /// <exception cref="UserErrorException">They are not of one network.</exception>
    /// <exception cref="UnsupportedOnnxException">The file holds what is not supported, at the model's input
    /// shape.</exception>
    public static OnnxPair Open(string path, Model model, IReadOnlyList<string> outputs)
    {
        using OnnxImport import = OnnxImport.Open(
            path, new OnnxOptions
            {
                Shapes = ShapesOf(path, model),
                Outputs = outputs.Count > 0 ? outputs
                    : model.Graph.IsPlain ? ValueNamed(path, model.Graph.Outputs[0].Layer)
                    : [.. model.Graph.Outputs.Select(output => output.Name)],
            });
        ModelGraph ours = model.Graph, theirs = import.Graph;
        if (InputsOf(ours) != InputsOf(theirs) || OutputsOf(ours) != OutputsOf(theirs))
            throw new UserErrorException(
                $"{path} makes {OutputsOf(theirs)} of {InputsOf(theirs)}, and '{ours.Name}' makes {OutputsOf(ours)} of "
                + $"{InputsOf(ours)}: they are not of one network.");
        OnnxPair pair = Of(path, import, model);
        if (!ours.Layers.SequenceEqual(theirs.Layers))
            return pair with
            {
                ValueOf = ours.Outputs.Zip(import.OutputNames).DistinctBy(each => each.First.Layer)
                    .ToDictionary(each => each.First.Layer, each => each.Second),
                OutputAlone = true,
            };
        IReadOnlyDictionary<string, Tensor> weights = import.Model().Weights;
        foreach ((string name, Tensor weight) in model.Weights)
            if (!weight.Data.Span.SequenceEqual(weights[name].Data.Span))
                throw new UserErrorException(
                    $"{name} of '{ours.Name}' is not what {path} holds: the model was made of another file, or "
                    + "changed.");
        return pair;
    }

    /// <summary>The value that a model of one output was made to give, where the file itself names others: the output
    /// of the node that the model's last layer is named after. None for the file's own.</summary>
    private static string[] ValueNamed(string path, string layer)
    {
        using OnnxModel file = OnnxModel.Open(path);
        OnnxNode[] nodes =
        [
            .. file.Graph.Nodes.Where(node =>
                node.Name.Trim('/') == layer || (node.Outputs is [var first, ..] && first == layer)),
        ];
        return nodes is [{ Outputs: [var value, ..] }] && file.Graph.Outputs.All(output => output.Name != value)
            && !nodes.Any(node => file.Graph.Outputs.Any(output => node.Outputs.Contains(output.Name)))
            ? [value]
            : [];
    }

    private static string InputsOf(ModelGraph graph) =>
        string.Join(", ", graph.Inputs.Select(input => $"{input.Shape}"));

    private static string OutputsOf(ModelGraph graph) =>
        string.Join(", ", graph.Outputs.Select(output => $"{output.Shape}"));

    /// <summary>The batch that the file fixes, or 1, and the model's inputs, for the file's inputs of these
    /// names.</summary>
    private static Dictionary<string, IReadOnlyList<int>> ShapesOf(string path, Model model)
    {
        using OnnxModel file = OnnxModel.Open(path);
        HashSet<string> constants = [.. file.Graph.Initializers.Select(tensor => tensor.Name)];
        OnnxValue[] inputs = [.. file.Graph.Inputs.Where(input => !constants.Contains(input.Name))];
        var shapes = new Dictionary<string, IReadOnlyList<int>>();
        foreach (NetworkInput input in model.Graph.Inputs)
        {
            OnnxValue? value = model.Graph.IsPlain && inputs.Length == 1
                ? inputs[0] : inputs.FirstOrDefault(each => each.Name == input.Name);
            if (value is null)
                throw new UserErrorException(
                    $"{path} has no input {input.Name}; it has {string.Join(", ", inputs.Select(each => each.Name))}: "
                    + $"it and '{model.Graph.Name}' are not of one network.");
            // Without a batch the extents are the file's own.
            if (value.Type.Dimensions is { } declared && declared.Count == input.Shape.Rank
                && declared.All(extent => extent.Size > 0))
                continue;
            long batch = value.Type.Dimensions is [{ Size: > 0 and <= int.MaxValue and long size }, ..] ? size : 1;
            shapes[value.Name] = [(int)batch, .. input.Shape.Extents];
        }
        return shapes;
    }
}
