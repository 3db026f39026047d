using SoftPool.Kernels;
using SoftPool.Operators;

namespace SoftPool.Graph;

/// <summary>
/// What becomes of a graph: the kernel launches in order, with the operands between them. Made without a device, so
/// that it can be read and tested without one.
///</summary>
internal sealed class ExecutionPlan
{
    /// <summary>The storage buffers of a convolution's kernel that adds a residual.</summary>
    private const int BuffersWithResidual = 5;

    private ExecutionPlan(
        int batch, IReadOnlyList<Operand> inputs, IReadOnlyList<Operand> outputs,
        IReadOnlyList<KernelLaunch> dispatches,
        IReadOnlyList<PlannedLayer> layers, IReadOnlyDictionary<string, Operand> layerOutputs)
    {
        Batch = batch;
        Inputs = inputs;
        Outputs = outputs;
        Launches = dispatches;
        Layers = layers;
        LayerOutputs = layerOutputs;
    }

    /// <summary>The number of items computed at once.</summary>
    public int Batch { get; }

    /// <summary>The network's inputs, in the graph's order.</summary>
    public IReadOnlyList<Operand> Inputs { get; }

    /// <summary>The network's outputs, in the graph's order. Several may be the same operand, and an output may be an
    /// input.</summary>
    public IReadOnlyList<Operand> Outputs { get; }

    public IReadOnlyList<KernelLaunch> Launches { get; }

    /// <summary>What computes each layer, in the order of the launches.</summary>
    public IReadOnlyList<PlannedLayer> Layers { get; }

    /// <summary>Where the output of each layer is, by the layer's name. A layer that a kernel computes together with
    /// the one behind it has none: its own values are never stored.</summary>
    public IReadOnlyDictionary<string, Operand> LayerOutputs { get; }

    /// <summary>Everything that the launches compute, and the inputs.</summary>
    public IEnumerable<Activation> Activations => Launches.SelectMany(launch => launch.Operands)
        .Concat(Inputs).Concat(LayerOutputs.Values).Concat(Outputs).OfType<Activation>().Distinct();

    /// <summary>The plan of a model: that of its graph, with its weights.</summary>
    public static ExecutionPlan Create(Model model, PlanOptions options) =>
        Create(
            model.Graph, name => model.Weights[name], options,
            (conv, convParameters, norm, normParameters) =>
                BatchNormFolding.Fits(conv, convParameters, norm, normParameters, options.Fp16));

    /// <summary>The plan of a model for the largest equal parts of the batch that a device takes. Where it does not
    /// take a single item, the plan is for one.</summary>
    public static ExecutionPlan CreateFitting(Model model, PlanOptions options)
    {
        CheckBatch(model.Graph, options.Batch);
        for (int parts = 1; ;)
        {
            int batch = Division.RoundUp(options.Batch, parts);
            ExecutionPlan plan = Create(model, options with { Batch = batch });
            if (batch == 1 || plan.FirstBeyond(options) is not var (_, excess))
                return plan;
            // Not one by one: a batch may have thousands of items.
            for (parts = (int)Math.Min(Math.Max(parts + 1, Math.Ceiling(parts * excess)), options.Batch);
                Division.RoundUp(options.Batch, parts) == batch;)
                parts++;
        }
    }

    /// <summary>The first launch that exceeds the device's limits, and how many times the batch would have to be
    /// smaller if all is in proportion to it; null where there is none.</summary>
    public (KernelLaunch Launch, double Excess)? FirstBeyond(PlanOptions options)
    {
        foreach (KernelLaunch launch in Launches)
        {
            long largest = launch.Operands.OfType<Activation>().Max(operand => operand.ByteCount);
            if (largest > options.LargestBuffer)
                return (launch, (double)largest / options.LargestBuffer);
            if (launch.Groups.X > options.MostGroups.X || launch.Groups.Y > options.MostGroups.Y)
                return (launch, 2);
        }
        return null;
    }

    /// <exception cref="ShapeMismatchException">The batch is not positive, or makes more elements than a kernel can
    /// count.</exception>
    public static void CheckBatch(ModelGraph graph, int batch)
    {
        int largest = Enumerable.Range(0, graph.Layers.Count).Max(layer => graph.OutputShapeOf(layer).ElementCount);
        largest = Math.Max(largest, graph.Inputs.Max(input => input.Shape.ElementCount));
        if (batch < 1 || (long)batch * largest > int.MaxValue)
            throw new ShapeMismatchException(
                $"'{graph.Name}' takes batches of 1 to {int.MaxValue / largest}; got {batch}.");
    }

    /// <param name="graph">The network.</param>
    /// <param name="weights">Its weights by full name. Asked for when constants are packed, not before.</param>
    /// <param name="options">How it is to be run.</param>
    /// <param name="folds">Whether a batch norm may be folded into a convolution with these parameters; always, where
    /// it is not said.</param>
    /// <exception cref="ShapeMismatchException">The batch is not positive, or makes more elements than a kernel can
    /// count.</exception>
    public static ExecutionPlan Create(
        ModelGraph graph, Func<string, Tensor> weights, PlanOptions options,
        Func<Conv2d, Func<string, Tensor>, BatchNorm2d, Func<string, Tensor>, bool>? folds = null)
    {
        int batch = options.Batch;
        CheckBatch(graph, batch);
        ILookup<int, int> readers = Enumerable.Range(0, graph.Layers.Count)
            .SelectMany(reader => graph.InputsOf(reader).Select(read => (read, reader)))
            .ToLookup(pair => pair.read, pair => pair.reader);
        var isOutput = new bool[graph.Layers.Count];
        foreach (int layer in graph.OutputLayers)
            isOutput[layer] = true;
        var dispatches = new List<KernelLaunch>();
        var layers = new List<PlannedLayer>();
        Operand[] inputs =
        [
            .. graph.Inputs.Select(
                input => new Activation((long)batch * input.Shape.ElementCount) { IsFixed = true }),
        ];
        Operand[] firsts = options.Fp16 || options.IsStrict
            ?
            [
                .. graph.Inputs.Zip(
                    inputs, (input, floats) => Convert(input.Name, "narrow", floats, isHalf: options.Fp16)),
            ]
            : inputs;
        // Where each layer's output is, and whether a kernel ahead of its turn has computed it, alone or on the way.
        var outputs = new Operand?[graph.Layers.Count];
        var done = new bool[graph.Layers.Count];
        // By their last layers, where all that they read is computed.
        var chains = new Dictionary<int, PointwiseChain>();
        bool joins = options.Fuse && options.Device.StorageBuffers >= PointwiseChain.Buffers
            && options.Variants.RejectedKernels?.Contains(
            $"{new KernelId(PointwiseChain.Kernel, options.KernelNumerics)}") != true;
        for (int i = 0; i < graph.Layers.Count; i++)
        {
            if (chains.Remove(i, out PointwiseChain? ended))
                AddChain(ended);
            if (done[i])
                continue;
            if (joins && PointwiseChain.From(graph, i, FreeBehind) is { } chain)
            {
                foreach (int layer in chain.Layers)
                    done[layer] = true;
                chains.Add(chain.Layers[^1], chain);
                continue;
            }
            (Operator op, int last) = (graph.Layers[i].Operator, i);
            Func<string, Tensor> parameters = ParametersOf(i);
            string variant = "";
            var together = new List<int> { i };
            bool hasBias = op.Parameters.Any(parameter => parameter.Name == "bias");
            // Several one behind the other too: exporters write scales and shifts behind a batch norm.
            for (Conv2d? conv = op as Conv2d;
                conv is not null && !options.IsStrict && Behind(last) is int normAt
                    && graph.Layers[normAt].Operator is BatchNorm2d norm
                    && folds?.Invoke(conv, parameters, norm, ParametersOf(normAt)) != false;
                conv = conv with { Bias = true })
            {
                parameters = BatchNormFolding.Fold(conv, parameters, norm, ParametersOf(normAt));
                (hasBias, variant, last) = (true, variant + "*norm", normAt);
                done[normAt] = true;
                together.Add(normAt);
            }
            Operand? residual = null;
            if (op is Conv2d convolution && Behind(last) is int addAt && ResidualOf(addAt, last) is { } branch
                && options.Device.StorageBuffers >= BuffersWithResidual
                && AddsResidual(convolution, StepOf(default)))
            {
                (residual, last) = (branch, addAt);
                done[addAt] = true;
                together.Add(addAt);
            }
            Pointwise? pointwise = null;
            if (op.FusesPointwise && Behind(last) is int pointwiseAt
                && graph.Layers[pointwiseAt].Operator is Pointwise { CanBeFused: true } function)
            {
                (pointwise, last) = (function, pointwiseAt);
                done[pointwiseAt] = true;
                together.Add(pointwiseAt);
            }
            LoweringStep step = StepOf(pointwise?.Function ?? default);
            int firstLaunch = dispatches.Count;
            op.Lower(step);
            Work.Note(op, step.Output.Count, dispatches, firstLaunch);
            outputs[last] = step.Output;
            layers.Add(new PlannedLayer(
                together, residual is null ? step.Inputs : [.. step.Inputs, residual], step.Output, firstLaunch,
                dispatches.Count - firstLaunch));

            LoweringStep StepOf(PointwiseFunction function) => new(
                graph.Layers[i].Name, variant, options, graph.InputShapesOf(i), graph.OutputShapeOf(last),
                [.. graph.InputsOf(i).Select(OperandAt)], function, parameters, hasBias, dispatches)
            {
                Residual = residual,
            };
        }
        Operand[] results = [.. graph.OutputLayers.Select(layer => outputs[layer]!)];
        if (options.Fp16)
        {
            // Outputs of one layer, or of layers that only name it anew, are widened once.
            var widened = results.Zip(graph.Outputs).DistinctBy(pair => pair.First)
                .ToDictionary(
                    pair => pair.First, pair => Convert(pair.Second.Layer, "widen", pair.First, isHalf: false));
            results = Array.ConvertAll(results, result => widened[result]);
        }
        foreach (KernelLaunch dispatch in dispatches)
            LoopIterations.Check(dispatch, options.LargestIterations);
        return new ExecutionPlan(
            batch, inputs, results, dispatches, layers,
            graph.Layers.Zip(outputs).Where(pair => pair.Second is not null)
                .ToDictionary(pair => pair.First.Name, pair => pair.Second!));

        static bool AddsResidual(Conv2d convolution, LoweringStep step) =>
            Conv2d.Variants.For(convolution, step) is { AddsResidual: true } variant
            && !step.IsRejected(variant.Name + KernelLaunch.Adds);

        // What a layer adds to the output of another, element by element; null where it does something else, or where
        // the other branch is not computed yet: then that may take this one along.
        Operand? ResidualOf(int layer, int branch)
        {
            if (done[layer] || graph.Layers[layer].Operator is not Add)
                return null;
            IReadOnlyList<int> reads = graph.InputsOf(layer);
            int other = reads[0] == branch ? reads[1] : reads[0];
            return graph.ShapeAt(other) == graph.OutputShapeOf(branch) && (other < 0 || outputs[other] is not null)
                ? OperandAt(other) : null;
        }

        Operand OperandAt(int place) => place < 0 ? firsts[~place] : outputs[place]!;

        void AddChain(PointwiseChain chain)
        {
            (int first, int last) = (chain.Layers[0], chain.Layers[^1]);
            Operand[] reads = [.. chain.Reads.Select(OperandAt)];
            var step = new LoweringStep(
                graph.Layers[first].Name, "", options, [.. chain.Reads.Select(graph.ShapeAt)],
                graph.OutputShapeOf(last), reads, default, ParametersOf(first), hasBias: false, dispatches);
            int launch = dispatches.Count;
            chain.Lower(step, OperandAt, ParametersOf);
            Work.Note(graph.Layers[first].Operator, step.Output.Count, dispatches, launch);
            outputs[last] = step.Output;
            layers.Add(new PlannedLayer(chain.Layers, reads, step.Output, launch, dispatches.Count - launch));
        }

        Operand Convert(string layer, string kernel, Operand from, bool isHalf)
        {
            var to = new Activation(from.Count, isHalf);
            dispatches.Add(new KernelLaunch(
                layer, new KernelId(kernel, options.KernelNumerics), [("COUNT", (uint)from.Count)],
                GroupCount.Linear(from.Count), [from, to]));
            return to;
        }

        // Of two layers that meet in one, the first one's chain has it.
        int? FreeBehind(int layer) => Behind(layer) is int next && !done[next] ? next : null;

        Func<string, Tensor> ParametersOf(int layer) => name => weights($"{graph.Layers[layer].Name}.{name}");

        // The one layer that reads a layer's output, where fusing is wanted and the output is none of the network's.
        int? Behind(int layer) => options.Fuse && readers[layer].Count() == 1 && !isOutput[layer]
            ? readers[layer].First()
            : null;
    }
}
