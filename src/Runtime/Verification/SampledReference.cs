using SoftPool.Operators;
using SoftPool.Reference;

namespace SoftPool.Verification;

/// <summary>Some outputs of layers that are computed together, from what the first of them reads: to check them at the
/// size that they have in a network takes a fraction of the time of computing all.</summary>
internal static class SampledReference
{
    private const int Samples = 48;

    /// <summary>Computes the wanted elements of the last layer's output for one item; the others are left 0.</summary>
    /// <typeparam name="T">The numbers to compute with.</typeparam>
    /// <param name="graph">The network.</param>
    /// <param name="weights">Its weights by full name.</param>
    /// <param name="layers">The layers' places in the graph. Those behind the first are computed element by
    /// element.</param>
    /// <param name="inputs">What they read of others, in their order.</param>
    /// <param name="wanted">Which elements are wanted.</param>
    public static float[] Compute<T>(
        ModelGraph graph, Func<string, Tensor> weights,
        IReadOnlyList<int> layers, IReadOnlyList<float[]> inputs, bool[] wanted)
        where T : struct, IReal<T>
    {
        float[] last = [];
        int read = 0;
        for (int k = 0; k < layers.Count; k++)
        {
            (int i, int before) = (layers[k], k == 0 ? int.MinValue : layers[k - 1]);
            Layer layer = graph.Layers[i];
            float[][] own = [.. graph.InputsOf(i).Select(place => place == before ? last : inputs[read++])];
            var output = new float[graph.OutputShapeOf(i).ElementCount];
            layer.Operator.Compute<T>(new ReferenceStep(
                graph.InputShapesOf(i), own, graph.OutputShapeOf(i),
                output, name => weights($"{layer.Name}.{name}"), wanted));
            last = output;
        }
        return last;
    }

    /// <summary>Elements to sample: the first, the last, and one of each of as many parts of equal length between
    /// them.</summary>
    public static int[] Places(int count)
    {
        var random = new Random(count);
        var places = new SortedSet<int> { 0, count - 1 };
        for (int k = 0; k < Samples; k++)
        {
            int begin = (int)((long)count * k / Samples), end = (int)((long)count * (k + 1) / Samples);
            if (end > begin)
                places.Add(random.Next(begin, end));
        }
        return [.. places];
    }

    /// <summary>The most numbers that a kernel adds up for an element of the outputs.</summary>
    public static int TermsOf(ModelGraph graph, IReadOnlyList<int> layers) =>
        layers.Max(layer => graph.Layers[layer].Operator switch
        {
            Conv2d conv => conv.InChannels / conv.Groups * conv.KernelSize.Height * conv.KernelSize.Width,
            Conv3d conv => conv.InChannels / conv.Groups * conv.KernelSize.Depth * conv.KernelSize.Height
                * conv.KernelSize.Width,
            ConvTranspose2d conv => conv.InChannels / conv.Groups * conv.KernelSize.Height * conv.KernelSize.Width,
            Linear linear => linear.InFeatures,
            MatMul => graph.InputShapesOf(layer)[0][^1],
            Reduce => graph.InputShapesOf(layer)[0].ElementCount / graph.OutputShapeOf(layer).ElementCount,
            _ => 1,
        });

    /// <summary>How large what is added up is: the sum of the magnitudes of its terms, or the largest input where
    /// nothing is. A result in which the terms cancel each other cannot be as near as one in which they do
    /// not.</summary>
    public static double MagnitudeOf(
        ModelGraph graph, Func<string, Tensor> weights,
        IReadOnlyList<int> layers, IReadOnlyList<float[]> inputs, bool[] wanted)
    {
        int[] sums =
        [
            .. layers.TakeWhile(layer =>
                graph.Layers[layer].Operator is Conv2d or Conv3d or ConvTranspose2d or Linear or MatMul or BatchNorm2d
                    or Add or Reduce),
        ];
        float[][] magnitudes = [.. inputs.Select(input => Array.ConvertAll(input, MathF.Abs))];
        if (sums.Length > 0)
            magnitudes = [Compute<Exact>(graph, Magnitudes, sums, magnitudes, wanted)];
        return magnitudes.Max(values => values.Max());

        // A mean is subtracted.
        Tensor Magnitudes(string name)
        {
            float sign = name.EndsWith(".running_mean", StringComparison.Ordinal) ? -1 : 1;
            Tensor tensor = weights(name);
            return new Tensor(tensor.Shape, Array.ConvertAll(tensor.Data.ToArray(), value => sign * MathF.Abs(value)));
        }
    }
}
