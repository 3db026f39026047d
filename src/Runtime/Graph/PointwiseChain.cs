using SoftPool.Kernels;
using SoftPool.Operators;

namespace SoftPool.Graph;

/// <summary>Pointwise operators one behind the other, of which each alone reads the one before, as one launch of the
/// kernel chain: functions, operations with other operands of any layer, batch norms. What gives its input another
/// shape may stand between them.</summary>
internal sealed class PointwiseChain
{
    /// <summary>The kernel.</summary>
    public const string Kernel = "chain";

    /// <summary>The storage buffers that it reads and writes.</summary>
    public const int Buffers = MostStages + 3;

    private const int MostStages = 3;

    // The codes of chain.comp, beside those of Elementwise.
    private const uint None = 0, Left = 1, Right = 32, Affine = 64;

    private readonly ModelGraph _graph;
    private readonly List<int> _layers = [];
    private readonly List<Stage> _stages = [];

    private PointwiseChain(ModelGraph graph) => _graph = graph;

    /// <summary>The layers' places in the graph, in order.</summary>
    public IReadOnlyList<int> Layers => _layers;

    /// <summary>What the layers read of others, in their order: places of layers, or of inputs as in
    /// <see cref="ModelGraph.InputsOf"/>.</summary>
    public IEnumerable<int> Reads => _layers.SelectMany((layer, i) =>
        _graph.InputsOf(layer).Where(place => i == 0 || place != _layers[i - 1]));

    /// <summary>A choice of kernels in which each pointwise operator has its own launch.</summary>
    public static VariantChoice Without(VariantChoice choice, KernelNumerics numerics) => choice with
    {
        RejectedKernels = [.. choice.RejectedKernels ?? [], $"{new KernelId(Kernel, numerics)}"],
    };

    /// <summary>The longest chain from a layer on; null where it would spare no launch.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="first">The first layer.</param>
    /// <param name="behind">The one layer that reads another, where its output need not be stored.</param>
    public static PointwiseChain? From(ModelGraph graph, int first, Func<int, int?> behind)
    {
        var chain = new PointwiseChain(graph);
        int launches = 0, length = 0;
        bool mayFuse = false;
        for (int? next = first; next is { } layer && chain.Takes(layer); next = behind(layer))
        {
            Operator op = graph.Layers[layer].Operator;
            if (op is Reshape or Flatten)
                continue;
            // Alone, a launch would take along what is behind it.
            launches += mayFuse && op is Pointwise { CanBeFused: true } ? 0 : 1;
            mayFuse = op.FusesPointwise;
            length = chain._layers.Count;
        }
        // What gives the last of them another shape computes nothing.
        chain._layers.RemoveRange(length, chain._layers.Count - length);
        return launches > 1 ? chain : null;
    }

    /// <summary>Adds the launch.</summary>
    /// <param name="step">A step of the whole chain: the first layer's name, the last one's output.</param>
    /// <param name="operandAt">What stands at a place of the graph.</param>
    /// <param name="parameters">The parameters of a layer.</param>
    public void Lower(LoweringStep step, Func<int, Operand> operandAt, Func<int, Func<string, Tensor>> parameters)
    {
        int count = step.Batch * step.OutputShape.ElementCount;
        Operand x = operandAt(_stages[0].Running);
        SpecializationConstant[] constants = [("COUNT", count)];
        var operands = new List<Operand>();
        var norms = new List<int>();
        int pairs = 0;
        for (int i = 0; i < MostStages; i++)
        {
            Stage stage = i < _stages.Count ? _stages[i] : new Stage(0);
            string name = $"{(char)('A' + i)}";
            uint operation = None;
            var axes = new BroadcastAxes([], [[]]);
            int begin = pairs;
            switch (stage.Operation is int at ? _graph.Layers[at].Operator : null)
            {
                case Elementwise op:
                    operation = op.Code + (stage.IsOnTheRight ? Right : Left);
                    axes = BroadcastAxes.Of(
                        step.Batch, _graph.OutputShapeOf(stage.Operation!.Value), [_graph.ShapeAt(stage.Other!.Value)]);
                    break;
                case BatchNorm2d norm:
                    operation = Affine;
                    axes = BroadcastAxes.OfChannels(step.Batch, _graph.OutputShapeOf(stage.Operation!.Value));
                    norms.Add(stage.Operation!.Value);
                    pairs += norm.NumFeatures;
                    break;
            }
            PointwiseFunction function = stage.Function is int of
                ? ((Pointwise)_graph.Layers[of].Operator).Function : default;
            constants =
            [
                .. constants, ($"{name}_OPERATION", operation), .. axes.ConstantsOf(name),
                ($"{name}_PAIRS", begin), ($"{name}_FUNCTION", function.Code),
                ($"{name}_COEFFICIENT_BITS", BitConverter.SingleToUInt32Bits(function.Coefficient)),
                ($"{name}_SECOND_COEFFICIENT_BITS", BitConverter.SingleToUInt32Bits(function.SecondCoefficient)),
            ];
            operands.Add(stage.Other is int other ? operandAt(other) : x);
        }
        FloatConstant scales = step.Constant("pairs", Math.Max(2 * pairs, 2), () =>
            norms.Count == 0 ? [0, 0] : [.. norms.SelectMany(at =>
                ((BatchNorm2d)_graph.Layers[at].Operator).Pairs(parameters(at)))]);
        step.DispatchElements(
            Kernel, constants, count, 0b1111, iterations: 4 * MostStages, x, operands[0], operands[1], operands[2],
            scales, step.Output);
    }

    /// <summary>Adds a layer to the chain, if it can be.</summary>
    private bool Takes(int layer)
    {
        Operator op = _graph.Layers[layer].Operator;
        int before = _layers.Count == 0 ? _graph.InputsOf(layer)[0] : _layers[^1];
        int count = _graph.OutputShapeOf(layer).ElementCount;
        switch (op)
        {
            case Reshape or Flatten when _layers.Count > 0:
                break;
            case Pointwise when _stages.Count > 0 && _stages[^1].Function is null:
                _stages[^1] = _stages[^1] with { Function = layer };
                break;
            case Pointwise when _stages.Count < MostStages:
                _stages.Add(new Stage(before) { Function = layer });
                break;
            case BatchNorm2d when _stages.Count < MostStages:
                _stages.Add(new Stage(before) { Operation = layer });
                break;
            case Elementwise and not Pow when _stages.Count < MostStages:
                IReadOnlyList<int> reads = _graph.InputsOf(layer);
                // The value that goes through the chain is repeated nowhere.
                int running = _layers.Count > 0 ? reads[0] == before ? 0 : 1
                    : _graph.ShapeAt(reads[0]).ElementCount == count ? 0 : 1;
                if (_graph.ShapeAt(reads[running]).ElementCount != count)
                    return false;
                _stages.Add(new Stage(reads[running])
                {
                    Operation = layer,
                    Other = reads[1 - running],
                    IsOnTheRight = running == 1,
                });
                break;
            default:
                return false;
        }
        _layers.Add(layer);
        return true;
    }

    /// <summary>An operation, if any, and then a function, if any.</summary>
    /// <param name="Running">The place in the graph of the value that it begins with.</param>
    private sealed record Stage(int Running)
    {
        /// <summary>The layer of an <see cref="Elementwise"/> or a <see cref="BatchNorm2d"/>.</summary>
        public int? Operation { get; init; }

        /// <summary>The place of the other operand of an <see cref="Elementwise"/>.</summary>
        public int? Other { get; init; }

        /// <summary>Whether the running value is the second operand.</summary>
        public bool IsOnTheRight { get; init; }

        /// <summary>The layer of a <see cref="Pointwise"/>.</summary>
        public int? Function { get; init; }
    }
}
