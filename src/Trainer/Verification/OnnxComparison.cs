using System.Globalization;
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
/// <param name="OutputError">The output's largest error, relative to its largest value; of several outputs the one
/// that is furthest off, measured by what it may be off.</param>
/// <param name="Spread">The same of ONNX Runtime itself, with its optimisations against without.</param>
internal sealed record OnnxComparison(
    int Layers, string WorstLayer, double LayerNmse, double LargestNmse, double OutputError, double Spread)
{
    // Two engines that sum in fp32 in different orders were up to 6.4e-10 apart in a layer.
    private const double LeastNmse = 1e-8;

    // Ten times in each element. What rounding does to a layer is what torch computes in fp32 against in fp64, and to
    // the output also what ONNX Runtime differs from itself: its sigmoid of large negative numbers has few correct
    // digits.
    private const double TimesRounding = 100;

    private const double LeastOutputError = 1e-5;

    private const int Inputs = 2;

    /// <summary>What the output may be off: ten times what ONNX Runtime's own orders of summation differ by.</summary>
    public double LargestOutputError => LargestErrorOf(Spread);

    /// <summary>Whether both compute the same network. NaN never does.</summary>
    public bool Passed => LayerNmse <= LargestNmse && OutputError <= LargestOutputError;

    /// <summary>What it found, in words.</summary>
    public string Found => string.Create(
        CultureInfo.InvariantCulture,
        $"{Layers} layers, NMSE at most {LayerNmse:0.0e+0} ({WorstLayer}), {LargestNmse:0.0e+0} is granted; "
        + $"output error {OutputError:0.0e+0} of its largest value, {LargestOutputError:0.0e+0} is allowed");

    /// <summary>A file's names of what is compared.</summary>
    /// <param name="InputNames">The inputs'.</param>
    /// <param name="OutputNames">The outputs'.</param>
    /// <param name="OnnxValues">The value of each layer; null where the file has none.</param>
    /// <param name="FileOutputs">What the file itself names as its outputs.</param>
    /// <param name="Batch">The batch that it is run with.</param>
    internal sealed record Values(
        IReadOnlyList<string> InputNames, IReadOnlyList<string> OutputNames, IReadOnlyList<string?> OnnxValues,
        IReadOnlyCollection<string> FileOutputs, int Batch);

    /// <summary>Compares torch on the imported network with ONNX Runtime on the file.</summary>
    public static OnnxComparison Of(string path, OnnxImport import, Model model) => Of(
        path,
        new Values(import.InputNames, import.OutputNames, import.OnnxValues, [.. import.FileOutputs], import.Batch),
        model);

    /// <summary>The same of a file whose names are known.</summary>
    public static OnnxComparison Of(string path, Values names, Model model)
    {
        string[] values = [.. names.OnnxValues.OfType<string>().Concat(names.OutputNames).Distinct()];
        string[] fileOutputs = [.. names.OutputNames.Intersect(names.FileOutputs)];
        using var exact = new OnnxRunner(path, values.Except(names.FileOutputs), optimised: false);
        using var fast = new OnnxRunner(path, [], optimised: true);
        using TorchNetwork network = Network(model), wide = Network(model);
        wide.to(torch.ScalarType.Float64);
        Dictionary<string, string> valueOf = model.Graph.Layers.Zip(names.OnnxValues)
            .Where(pair => pair.Second is not null).ToDictionary(pair => pair.First.Name, pair => pair.Second!);
        Dictionary<string, TensorComparison> layers = valueOf.Keys.ToDictionary(
            layer => layer, _ => new TensorComparison());
        Dictionary<string, TensorComparison> rounding = valueOf.Keys.ToDictionary(
            layer => layer, _ => new TensorComparison());
        // By the values' names.
        Dictionary<string, TensorComparison> outputs = names.OutputNames.ToDictionary(
            name => name, _ => new TensorComparison());
        Dictionary<string, TensorComparison> spreads = names.OutputNames.ToDictionary(
            name => name, _ => new TensorComparison());
        for (int i = 0; i < Inputs; i++)
        {
            float[][] items = [.. model.Graph.Inputs.Select(input => Fresh(input.Shape.ElementCount))];
            (string Name, long[] Shape, float[] Elements)[] batches =
            [
                .. items.Select((item, input) => (
                    names.InputNames[input],
                    (long[])[names.Batch, .. model.Graph.Inputs[input].Shape.Extents],
                    Enumerable.Repeat(item, names.Batch).SelectMany(elements => elements).ToArray())),
            ];
            var truth = new Dictionary<string, float[]>();
            exact.Run(batches, values, (name, value) =>
                truth[name] = value[..(value.Length / names.Batch)].ToArray());
            if (fileOutputs.Length > 0)
                fast.Run(batches, fileOutputs, (name, value) =>
                    spreads[name].Add(truth[name], value[..truth[name].Length]));
            using var scope = torch.NewDisposeScope();
            torch.Tensor[] inputs =
                [.. items.Zip(batches, (item, batch) => torch.tensor(item, [1, .. batch.Shape[1..]]))];
            var inDouble = new Dictionary<string, float[]>();
            wide.Infer([.. inputs.Select(input => input.to(torch.ScalarType.Float64))], (layer, tensor) =>
            {
                if (valueOf.ContainsKey(layer))
                    inDouble[layer] = Elements(tensor);
            });
            network.Infer(inputs, (layer, tensor) =>
            {
                float[] computed = Elements(tensor);
                if (valueOf.TryGetValue(layer, out string? value))
                {
                    layers[layer].Add(truth[value], computed);
                    rounding[layer].Add(inDouble[layer], computed);
                }
                for (int output = 0; output < names.OutputNames.Count; output++)
                    if (layer == model.Graph.Outputs[output].Layer)
                        outputs[names.OutputNames[output]].Add(truth[names.OutputNames[output]], computed);
            });
        }
        // NaN is worse than any number.
        string worst = layers.Keys.MaxBy(layer =>
            double.IsNaN(layers[layer].Nmse) ? double.PositiveInfinity : layers[layer].Nmse / Largest(layer))!;
        string furthest = outputs.Keys.MaxBy(name => double.IsNaN(outputs[name].RelativeError)
            ? double.PositiveInfinity
            : outputs[name].RelativeError / LargestErrorOf(spreads[name].RelativeError))!;
        return new OnnxComparison(
            layers.Count, worst, layers[worst].Nmse, Largest(worst),
            outputs[furthest].RelativeError, spreads[furthest].RelativeError);

        double Largest(string layer) => Math.Max(
            TimesRounding * (spreads.TryGetValue(valueOf[layer], out TensorComparison? spread)
                ? Math.Max(rounding[layer].Nmse, spread.Nmse)
                : rounding[layer].Nmse),
            LeastNmse);
    }

    /// <summary>What an output may be off that ONNX Runtime's own orders of summation differ by so much in.</summary>
    private static double LargestErrorOf(double spread) => Math.Max(10 * spread, LeastOutputError);

    private static TorchNetwork Network(Model model)
    {
        var network = new TorchNetwork(model.Graph);
        network.LoadWeights(model.Weights);
        return network;
    }

    private static float[] Elements(torch.Tensor tensor) =>
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
