using SoftPool.Onnx.Import;
using SoftPool.Trainer.Networks;
using SoftPool.Verification;
using TorchSharp;

namespace SoftPool.Trainer.Verification;

/// <summary>Holds an import to ONNX Runtime: each layer that has a value in the file, and the output, on inputs that
/// nobody has seen before.</summary>
/// <param name="Layers">The number of layers compared.</param>
/// <param name="WorstLayer">The layer that is furthest off, measured by what it may be off.</param>
/// <param name="LayerNmse">Its normalised mean square error.</param>
/// <param name="LargestNmse">What that may be.</param>
/// <param name="OutputError">The output's largest error, relative to its largest value.</param>
/// <param name="Spread">The same of ONNX Runtime itself, with its optimisations against without.</param>
internal sealed record OnnxComparison(
    int Layers, string WorstLayer, double LayerNmse, double LargestNmse, double OutputError, double Spread)
{
    // Two engines that sum in fp32 in different orders were up to 6.4e-10 apart in a layer.
    private const double LeastNmse = 1e-8;

    // Ten times in each element. What rounding does to a layer is what torch computes in fp32 against in fp64, and to the output also
    // what ONNX Runtime differs from itself: its sigmoid of large negative numbers has few correct digits.
    private const double TimesRounding = 100;

    private const double LeastOutputError = 1e-5;

    private const int Inputs = 2;

    /// <summary>What the output may be off: ten times what ONNX Runtime's own orders of summation differ by.</summary>
    public double LargestOutputError => Math.Max(10 * Spread, LeastOutputError);

    /// <summary>Whether both compute the same network. NaN never does.</summary>
    public bool Passed => LayerNmse <= LargestNmse && OutputError <= LargestOutputError;

    /// <summary>Compares torch on the imported network with ONNX Runtime on the file.</summary>
    public static OnnxComparison Of(string path, OnnxImport import, Model model)
    {
        string[] values = [.. import.OnnxValues.OfType<string>().Append(import.OutputName).Distinct()];
        using var exact = new OnnxRunner(path, values.Except(import.FileOutputs), optimised: false);
        using var fast = new OnnxRunner(path, [], optimised: true);
        using TorchNetwork network = Network(model), wide = Network(model);
        wide.to(torch.ScalarType.Float64);
        Dictionary<string, string> valueOf = model.Graph.Layers.Zip(import.OnnxValues)
            .Where(pair => pair.Second is not null).ToDictionary(pair => pair.First.Name, pair => pair.Second!);
        Dictionary<string, TensorComparison> layers = valueOf.Keys.ToDictionary(
            layer => layer, _ => new TensorComparison());
        Dictionary<string, TensorComparison> rounding = valueOf.Keys.ToDictionary(
            layer => layer, _ => new TensorComparison());
        TensorComparison output = new(), spread = new();
        string last = model.Graph.Layers[^1].Name;
        for (int i = 0; i < Inputs; i++)
        {
            float[] item = Fresh(model.Graph.InputShape.ElementCount);
            float[] batch = [.. Enumerable.Repeat(item, import.Batch).SelectMany(elements => elements)];
            long[] shape = [import.Batch, .. model.Graph.InputShape.Extents.ToArray().Select(extent => (long)extent)];
            var truth = new Dictionary<string, float[]>();
            exact.Run(import.InputName, shape, batch, values, (name, value) =>
                truth[name] = value[..(value.Length / import.Batch)].ToArray());
            float[] whole = truth[import.OutputName];
            if (import.FileOutputs.Contains(import.OutputName))
                fast.Run(import.InputName, shape, batch, [import.OutputName], (_, value) =>
                    spread.Add(whole, value[..whole.Length]));
            using var scope = torch.NewDisposeScope();
            torch.Tensor input = torch.tensor(item, [1, .. shape[1..]]);
            var inDouble = new Dictionary<string, float[]>();
            wide.Infer(input.to(torch.ScalarType.Float64), (layer, tensor) =>
            {
                if (valueOf.ContainsKey(layer))
                    inDouble[layer] = Values(tensor);
            });
            network.Infer(input, (layer, tensor) =>
            {
                float[] computed = Values(tensor);
                if (valueOf.TryGetValue(layer, out string? value))
                {
                    layers[layer].Add(truth[value], computed);
                    rounding[layer].Add(inDouble[layer], computed);
                }
                if (layer == last)
                    output.Add(whole, computed);
            });
        }
        // NaN is worse than any number.
        string worst = layers.Keys.MaxBy(layer =>
            double.IsNaN(layers[layer].Nmse) ? double.PositiveInfinity : layers[layer].Nmse / Largest(layer))!;
        return new OnnxComparison(
            layers.Count, worst, layers[worst].Nmse, Largest(worst), output.RelativeError, spread.RelativeError);

        double Largest(string layer) => Math.Max(
            TimesRounding * (valueOf[layer] == import.OutputName ? Math.Max(rounding[layer].Nmse, spread.Nmse) : rounding[layer].Nmse),
            LeastNmse);
    }

    private static TorchNetwork Network(Model model)
    {
        var network = new TorchNetwork(model.Graph);
        network.LoadWeights(model.Weights);
        return network;
    }

    private static float[] Values(torch.Tensor tensor) =>
        tensor.to(torch.ScalarType.Float32).contiguous().data<float>().ToArray();

    /// <summary>Numbers as normalised pictures have them.</summary>
    private static float[] Fresh(int count)
    {
        var elements = new float[count];
        for (int i = 0; i < count; i++)
            elements[i] = Random.Shared.NextSingle() * 4 - 2;
        return elements;
    }
}
