using SoftPool.Operators;

namespace SoftPool.Planning;

/// <summary>
/// What becomes of a graph: the kernel launches in order, with the operands between them. Made without a device, so
/// that it can be read and tested without one.
/// </summary>
internal sealed class ExecutionPlan
{
    private ExecutionPlan(
        Operand input, Operand output, IReadOnlyList<KernelDispatch> dispatches,
        IReadOnlyDictionary<string, Operand> layerOutputs)
    {
        Input = input;
        Output = output;
        Dispatches = dispatches;
        LayerOutputs = layerOutputs;
    }

    public Operand Input { get; }

    public Operand Output { get; }

    public IReadOnlyList<KernelDispatch> Dispatches { get; }

    /// <summary>Where the output of each layer is, by the layer's name. A layer whose ReLU was fused into its kernel has
    /// none: its values before the ReLU are never stored.</summary>
    public IReadOnlyDictionary<string, Operand> LayerOutputs { get; }

    /// <param name="model">The network and its weights.</param>
    /// <param name="batch">The number of items computed at once.</param>
    /// <param name="fuse">Whether a kernel computes the ReLU that follows it.</param>
    /// <exception cref="ShapeMismatchException">The batch is not positive, or makes more elements than a kernel can
    /// count.</exception>
    public static ExecutionPlan Create(Model model, int batch, bool fuse)
    {
        ModelGraph graph = model.Graph;
        int largest = Enumerable.Range(0, graph.Layers.Count).Max(
            layer => Math.Max(graph.InputShapeOf(layer).Count, graph.OutputShapeOf(layer).Count));
        if (batch < 1 || (long)batch * largest > int.MaxValue)
            throw new ShapeMismatchException(
                $"'{graph.Name}' takes batches of 1 to {int.MaxValue / largest}; got {batch}.");
        var dispatches = new List<KernelDispatch>();
        var layerOutputs = new Dictionary<string, Operand>();
        Operand input = new Activation((long)batch * graph.InputShape.Count);
        Operand current = input;
        for (int i = 0; i < graph.Layers.Count; i++)
        {
            (string name, Operator op) = graph.Layers[i];
            int last = fuse && op.FusesReLU && i + 1 < graph.Layers.Count && graph.Layers[i + 1].Operator is ReLU
                ? i + 1
                : i;
            var step = new LoweringStep(
                name, batch, graph.InputShapeOf(i), graph.OutputShapeOf(last), current, reLU: last > i,
                parameter => model.Weights[$"{name}.{parameter}"], dispatches);
            op.Lower(step);
            layerOutputs[graph.Layers[last].Name] = current = step.Output;
            i = last;
        }
        return new ExecutionPlan(input, current, dispatches, layerOutputs);
    }
}
