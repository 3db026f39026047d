using System.Globalization;
using SoftPool.Trainer.Networks;
using SoftPool.Verification;
using TorchSharp;

namespace SoftPool.Trainer.Verification;

/// <summary>A layer held to its value in an ONNX file.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Value">The value's name.</param>
/// <param name="Shape">The layer's output, without the batch.</param>
/// <param name="Difference">How far the layer is off.</param>
/// <param name="LargestNmse">What its normalised mean square error may be.</param>
internal sealed record OnnxLayer(
    string Layer, string Value, TensorShape Shape, TensorComparison Difference, double LargestNmse)
{
    /// <summary>Whether it is within its gate. NaN never is.</summary>
    public bool Passed => Difference.Nmse <= LargestNmse;
}

/// <summary>An output held to its value in an ONNX file.</summary>
/// <param name="Value">The value's name.</param>
/// <param name="Difference">How far it is off.</param>
/// <param name="Spread">The largest error, relative to the largest value, of ONNX Runtime itself, with its
/// optimisations against without.</param>
/// <param name="LargestError">What that error of the model may be.</param>
internal sealed record OnnxOutput(string Value, TensorComparison Difference, double Spread, double LargestError)
{
    /// <summary>Whether it is within its gate. NaN never is.</summary>
    public bool Passed => Difference.RelativeError <= LargestError;
}

/// <summary>Holds a model to ONNX Runtime: each layer that has a value in the file, and the outputs, on inputs that
/// nobody has seen before.</summary>
/// <param name="Layers">The layers that have a value in the file.</param>
/// <param name="Outputs">The network's outputs.</param>
internal sealed record OnnxComparison(IReadOnlyList<OnnxLayer> Layers, IReadOnlyList<OnnxOutput> Outputs)
{
    // Two engines that sum in fp32 in different orders were up to 6.4e-10 apart in a layer.
    private const double LeastNmse = 1e-8;

    // Ten times in each element. What rounding does to a layer is what torch computes in fp32 against in fp64, and to
    // the output also what ONNX Runtime differs from itself: its sigmoid of large negative numbers has few correct
    // digits.
    private const double TimesRounding = 100, TimesSpread = 10;

    // However far ONNX Runtime is off itself: an output of zeros alone must not pass.
    private const double MostNmse = 0.25, MostOutputError = 0.5;

    /// <summary>The layer that is furthest off, measured by what it may be off. NaN is worse than any number. Null
    /// where no layer has a value in the file, as of a lone Transpose of the batch.</summary>
    public OnnxLayer? WorstLayer => Layers.MaxBy(layer =>
        double.IsNaN(layer.Difference.Nmse) ? double.PositiveInfinity : layer.Difference.Nmse / layer.LargestNmse);

    /// <summary>The output that is furthest off, measured likewise.</summary>
    public OnnxOutput WorstOutput => Outputs.MaxBy(output => double.IsNaN(output.Difference.RelativeError)
        ? double.PositiveInfinity : output.Difference.RelativeError / output.LargestError)!;

    /// <summary>Whether both compute the same network.</summary>
    public bool Passed => Layers.All(layer => layer.Passed) && Outputs.All(output => output.Passed);

    /// <summary>What it found, in words.</summary>
    public string Found => string.Create(
        CultureInfo.InvariantCulture,
        $"{Layers.Count} layers, {OfWorstLayer}"
        + $"output error {WorstOutput.Difference.RelativeError:0.0e+0} of its largest value, "
        + $"{WorstOutput.LargestError:0.0e+0} is allowed");

    private string OfWorstLayer => WorstLayer is not { } worst ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $"NMSE at most {worst.Difference.Nmse:0.0e+0} ({worst.Layer}), {worst.LargestNmse:0.0e+0} is granted; ");

    /// <summary>Compares torch on an imported network with ONNX Runtime on the file, on inputs that are drawn
    /// anew.</summary>
    public static OnnxComparison OfTorch(OnnxPair pair) =>
        Of(pair, FreshInputs(pair, Random.Shared.NextInt64(), count: 2), Tolerances.Fp32, other: null);

    /// <summary>Items of each input in [-2, 2), as normalised pictures are, or bytes where the file takes
    /// bytes.</summary>
    public static IEnumerable<float[][]> FreshInputs(OnnxPair pair, long seed, int count)
    {
        for (int i = 0; i < count; i++)
        {
            float[][] items = [.. pair.Model.Graph.Inputs.Select(input => new float[input.Shape.ElementCount])];
            long first = 0;
            foreach (float[] item in items)
            {
                CertificateInput.Draw((ulong)seed + (ulong)i, item, first);
                first += item.Length;
            }
            yield return [.. items.Select((item, input) => Array.ConvertAll(item, number => pair.Held(input, number)))];
        }
    }

    /// <summary>Compares a model with ONNX Runtime on its file.</summary>
    /// <param name="pair">Both.</param>
    /// <param name="inputs">One item of each input at a time.</param>
    /// <param name="floor">The gates of the model's numbers; two honest engines differ by more than a device from the
    /// truth, so that a layer's is at least 1e-8.</param>
    /// <param name="other">Computes an item and gives each layer's output by its name, and the network's outputs; null
    /// for torch in fp32.</param>
    public static OnnxComparison Of(
        OnnxPair pair, IEnumerable<float[][]> inputs, Tolerances floor,
        Func<float[][], Action<string, float[]>, float[][]>? other)
    {
        if (pair.IsHalf)
            floor = Tolerances.Fp16;
        ModelGraph graph = pair.Model.Graph;
        var jumping = new JumpingLayers(pair);
        string[] values = [.. pair.ValueOf.Values.Concat(pair.OutputNames).Distinct()];
        string[] fileOutputs = [.. pair.OutputNames.Intersect(pair.FileOutputs)];
        using var exact = new OnnxRunner(pair.Path, values.Except(pair.FileOutputs), optimised: false);
        using var fast = new OnnxRunner(pair.Path, [], optimised: true);
        using TorchNetwork network = Network(pair.Model), wide = Network(pair.Model);
        wide.to(torch.ScalarType.Float64);
        Dictionary<string, TensorComparison> layers = Comparisons(pair.ValueOf.Keys),
            rounding = Comparisons(pair.ValueOf.Keys),
            outputs = Comparisons(pair.OutputNames), spreads = Comparisons(pair.OutputNames);
        foreach (float[][] items in inputs)
        {
            (string Name, long[] Shape, float[] Elements)[] batches =
            [
                .. items.Select((item, input) => (
                    pair.InputNames[input],
                    pair.InputShapes[input].Select(extent => (long)extent).ToArray(),
                    Enumerable.Repeat(item, pair.Batch).SelectMany(elements => elements).ToArray())),
            ];
            var truth = new Dictionary<string, float[]>();
            exact.Run(batches, values, (name, value) =>
                truth[name] = value[..(value.Length / pair.Batch)].ToArray());
            if (fileOutputs.Length > 0)
                fast.Run(batches, fileOutputs, (name, value) =>
                {
                    // Its optimisations may give another size than the file's nodes: then they tell nothing.
                    if (value.Length == truth[name].Length * pair.Batch)
                        Add(spreads[name], name, truth[name], value[..truth[name].Length].ToArray());
                });
            using var scope = torch.NewDisposeScope();
            torch.Tensor[] tensors =
                [
                    .. items.Zip(graph.Inputs, (item, input) =>
                        torch.tensor(item, [1, .. input.Shape.Extents.ToArray()])),
                ];
            var inDouble = new Dictionary<string, float[]>();
            Run(wide, [.. tensors.Select(tensor => tensor.to(torch.ScalarType.Float64))], (layer, computed) =>
                inDouble[layer] = computed);
            float[][] inTorch = Run(network, tensors, (layer, computed) =>
            {
                Add(rounding[layer], layer, inDouble[layer], computed);
                if (other is null)
                    Hold(layer, computed);
            });
            float[][] computed = other?.Invoke(items, Hold) ?? inTorch;
            for (int output = 0; output < computed.Length; output++)
                Add(
                    outputs[pair.OutputNames[output]], pair.OutputNames[output], truth[pair.OutputNames[output]],
                    jumping.Output(graph.Outputs[output].Layer, items, truth, computed[output]));

            void Hold(string layer, float[] computed) => Add(
                layers[layer], pair.ValueOf[layer], truth[pair.ValueOf[layer]],
                jumping.Output(layer, items, truth, computed));
        }
        return new OnnxComparison(
            [
                .. Enumerable.Range(0, graph.Layers.Count).Where(i => layers.ContainsKey(graph.Layers[i].Name))
                    .Select(i => new OnnxLayer(
                        graph.Layers[i].Name, pair.ValueOf[graph.Layers[i].Name], graph.OutputShapeOf(i),
                        layers[graph.Layers[i].Name], Largest(graph.Layers[i].Name))),
            ],
            [
                .. pair.OutputNames.Select(name => new OnnxOutput(
                    name, outputs[name], spreads[name].RelativeError,
                    Math.Min(Math.Max(TimesSpread * spreads[name].RelativeError, floor.OutputError), MostOutputError))),
            ]);

        // Gives the outputs; of the layers those that the file has values of.
        float[][] Run(TorchNetwork of, torch.Tensor[] tensors, Action<string, float[]> take)
        {
            var given = new float[graph.Outputs.Count][];
            of.Infer(tensors, (layer, tensor) =>
            {
                bool isOutput = graph.Outputs.Any(output => output.Layer == layer);
                if (!isOutput && !pair.ValueOf.ContainsKey(layer))
                    return;
                float[] computed = tensor.to(torch.ScalarType.Float32).contiguous().data<float>().ToArray();
                if (pair.ValueOf.ContainsKey(layer))
                    take(layer, computed);
                for (int output = 0; output < given.Length; output++)
                    if (graph.Outputs[output].Layer == layer)
                        given[output] = computed;
            });
            return given;
        }

        double Largest(string layer) => Math.Min(MostNmse, Math.Max(
            TimesRounding * (spreads.TryGetValue(pair.ValueOf[layer], out TensorComparison? spread)
                ? Math.Max(rounding[layer].Nmse, spread.Nmse)
                : rounding[layer].Nmse),
            Math.Max(LeastNmse, floor.LayerNmse)));
    }

    /// <summary>Adds values to a comparison. Where both have NaN, or the same infinity, as the logarithm of a negative
    /// number is, they agree.</summary>
    private static void Add(TensorComparison comparison, string value, float[] expected, float[] actual)
    {
        if (expected.Length != actual.Length)
            throw new UserErrorException(
                $"Value \"{value}\" of the ONNX file has {expected.Length} elements in ONNX Runtime, and {actual.Length} "
                + "as it was imported: one of the two is wrong.");
        (float[] left, float[] right) = ([.. expected], [.. actual]);
        for (int i = 0; i < Math.Min(left.Length, right.Length); i++)
            if (!float.IsFinite(left[i]) && left[i].Equals(right[i]))
                left[i] = right[i] = 0;
        comparison.Add(left, right);
    }

    private static Dictionary<string, TensorComparison> Comparisons(IEnumerable<string> names) =>
        names.ToDictionary(name => name, _ => new TensorComparison());

    private static TorchNetwork Network(Model model)
    {
        var network = new TorchNetwork(model.Graph);
        network.LoadWeights(model.Weights);
        return network;
    }
}
