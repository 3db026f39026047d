using Microsoft.ML.OnnxRuntime;

namespace SoftPool.Trainer.Verification;

/// <summary>Whether an ONNX file that leaves the batch open computes each item by itself, as a session does.</summary>
internal static class OnnxBatch
{
    // What rounding does where an engine sums batches otherwise is far below, what another item does far above.
    private const double MostError = 1e-2;

    /// <summary>Runs ONNX Runtime on two different items at once, and on each by itself.</summary>
    /// <param name="pair">The file.</param>
    /// <returns>The output that differs, and its error relative to its largest value; null if none does, or if the
    /// file does not take two items.</returns>
    public static (string Output, double Error)? Difference(OnnxPair pair)
    {
        if (pair.FixesBatch || pair.TakesWhole)
            return null;
        float[][][] items = [.. OnnxComparison.FreshInputs(pair, Random.Shared.NextInt64(), count: 2)];
        string[] outputs = [.. pair.OutputNames];
        using var runner = new OnnxRunner(pair.Path, outputs.Except(pair.FileOutputs), optimised: false);
        Dictionary<string, float[]> both;
        try
        {
            both = Run(items);
        }
        catch (OnnxRuntimeException)
        {
            // Shapes are written down for one item.
            return null;
        }
        Dictionary<string, float[]>[] each = [.. items.Select(item => Run([item]))];
        foreach (string output in outputs)
        {
            // Sorted, because the batch may be any axis of an output.
            float[] expected = [.. each.SelectMany(one => one[output]).Order()], actual = [.. both[output].Order()];
            double largest = expected.Where(float.IsFinite).Select(value => Math.Abs((double)value))
                .DefaultIfEmpty().Max();
            if (expected.Length != actual.Length)
                continue;
            double error = expected
                .Zip(actual, (left, right) => left.Equals(right) ? 0 : Math.Abs((double)left - right)).Max()
                / Math.Max(largest, double.Epsilon);
            if (!(error <= MostError))
                return (output, error);
        }
        return null;

        Dictionary<string, float[]> Run(float[][][] some)
        {
            (string, long[], float[])[] inputs =
            [
                .. pair.InputNames.Select((name, input) => (
                    name, (long[])[some.Length, .. pair.Model.Graph.Inputs[input].Shape.Extents],
                    some.SelectMany(item => item[input]).ToArray())),
            ];
            var values = new Dictionary<string, float[]>();
            runner.Run(inputs, outputs, (name, value) => values[name] = value.ToArray());
            return values;
        }
    }
}
