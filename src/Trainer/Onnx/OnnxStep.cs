using SoftPool.Operators;

namespace SoftPool.Trainer.Onnx;

/// <summary>A layer as it becomes nodes: what it reads, and the graph that it adds to.</summary>
internal sealed class OnnxStep(
    OnnxDraft draft, Model model, string layer, Operator op, IReadOnlyList<string> inputs,
    IReadOnlyList<TensorShape> inputShapes)
{
    /// <summary>The operator.</summary>
    public Operator Operator => op;

    /// <summary>The values that it reads.</summary>
    public IReadOnlyList<string> Inputs => inputs;

    /// <summary>The first of them.</summary>
    public string Input => inputs[0];

    /// <summary>The shape of one item of the first input.</summary>
    public TensorShape InputShape => inputShapes[0];

    /// <summary>The shape of one item of the output.</summary>
    public TensorShape OutputShape { get; } = op.InferShape([.. inputShapes]);

    /// <summary>The graph.</summary>
    public OnnxDraft Draft => draft;

    /// <summary>Adds a node of one output, and gives its name.</summary>
    public string Node(string type, string[] inputs, params (string Name, object Value)[] attributes) =>
        draft.Add(type, inputs, [draft.Name($"{layer}/{type}")], attributes)[0];

    /// <summary>Adds a node of several outputs, and gives their names.</summary>
    public string[] Nodes(string type, string[] inputs, int count, params (string Name, object Value)[] attributes) =>
        draft.Add(
            type, inputs, [.. Enumerable.Range(0, count).Select(_ => draft.Name($"{layer}/{type}"))], attributes);

    /// <summary>A weight as it is.</summary>
    public string Weight(string name)
    {
        Tensor tensor = Tensor(name);
        return Weight(name, tensor.Shape.Extents.ToArray(), tensor.Data);
    }

    /// <summary>A weight in another form.</summary>
    public string Weight(string name, int[] shape, ReadOnlyMemory<float> values) =>
        draft.Floats($"{layer}.{name}", shape.Select(extent => (long)extent), values);

    /// <summary>A weight's tensor.</summary>
    public Tensor Tensor(string name) => model.Weights[$"{layer}.{name}"];

    /// <summary>The shape of one item with the batch before it, which stays as it is.</summary>
    public string Reshaped(string value, params long[] shape) =>
        Node("Reshape", [value, draft.Ints([0, .. shape])]);

    /// <summary>The same layer with another operator on a value: a part of a composite one.</summary>
    public OnnxStep Part(Operator part, string value, TensorShape shape) =>
        new(draft, model, layer, part, [value], [shape]);
}
