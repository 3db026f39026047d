using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions;

/// <summary>Winograd's minimal filtering: 4 outputs of a filter of some taps from as many products as it reads inputs.
/// The transforms of inputs and outputs are in winograd.glsl; this is that of the filters, which is done
/// once.</summary>
internal static class Winograd
{
    /// <summary>Outputs of a tile along each axis.</summary>
    public const int Tile = 4;

    /// <summary>What the transformed inputs, or the products, of the images computed at once take at most, in bytes,
    /// where one image does not take more: beyond it memory grows, and time does not shrink.</summary>
    public const long LargestPart = 64 << 20;

    private static readonly double[] PointsOf6 = [0, 1, -1, 0.5, -2];
    private static readonly double[] PointsOf8 = [0, 1, -1, 2, -2, 0.5, -0.5];

    /// <summary>Inputs of a tile along each axis.</summary>
    public static int Inputs(int taps) => Tile + taps - 1;

    /// <summary>The images of a batch in parts, as even as they come: the first of each, and how many.</summary>
    /// <param name="step">The layer.</param>
    /// <param name="imageBytes">What one image takes in the largest buffer.</param>
    /// <param name="largest">What a part takes there at most, if one image does not take more.</param>
    public static IEnumerable<(int First, int Count)> Parts(
        LoweringStep step, long imageBytes, long largest = LargestPart)
    {
        int most = (int)Math.Clamp(Math.Min(largest, step.Options.LargestBuffer) / imageBytes, 1, step.Batch);
        int parts = Division.RoundUp(step.Batch, most);
        for (int i = 0, first = 0; i < parts; i++)
        {
            int count = (step.Batch - first) / (parts - i);
            yield return (first, count);
            first += count;
        }
    }

    /// <summary>The filter's transform G, (inputs, taps): a polynomial's values at the points, by Lagrange's
    /// denominators, and at infinity its leading coefficient.</summary>
    /// <param name="taps">3 or 5.</param>
    public static double[,] FilterTransform(int taps)
    {
        double[] points = taps == 3 ? PointsOf6 : PointsOf8;
        var transform = new double[points.Length + 1, taps];
        for (int i = 0; i < points.Length; i++)
        {
            double denominator = points
                .Where((_, other) => other != i)
                .Aggregate(1.0, (product, point) => product * (points[i] - point));
            for (int tap = 0; tap < taps; tap++)
                transform[i, tap] = Math.Pow(points[i], tap) / denominator;
        }
        transform[points.Length, taps - 1] = 1;
        return transform;
    }

    /// <summary>G w G', the filter (taps, taps) by rows to (inputs, inputs) by rows.</summary>
    public static double[] TransformFilter(double[,] transform, ReadOnlySpan<float> filter)
    {
        (int inputs, int taps) = (transform.GetLength(0), transform.GetLength(1));
        var half = new double[inputs, taps];
        for (int i = 0; i < inputs; i++)
            for (int v = 0; v < taps; v++)
                for (int u = 0; u < taps; u++)
                    half[i, v] += transform[i, u] * filter[u * taps + v];
        var whole = new double[inputs * inputs];
        for (int i = 0; i < inputs; i++)
            for (int j = 0; j < inputs; j++)
                for (int v = 0; v < taps; v++)
                    whole[i * inputs + j] += half[i, v] * transform[j, v];
        return whole;
    }
}
