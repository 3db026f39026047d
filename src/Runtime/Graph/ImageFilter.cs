namespace SoftPool.Graph;

/// <summary>The weights of bilinear interpolation along one axis: a triangle around each target pixel's centre, one
/// source pixel wide to each side, or as many as one target pixel covers where the picture shrinks.</summary>
/// <param name="First">The first source pixel of each target pixel.</param>
/// <param name="Weights">The weights of each target pixel, (to, taps), those beyond the picture's end 0.</param>
/// <param name="Taps">How many source pixels at most a target pixel is made of.</param>
internal sealed record ImageFilter(uint[] First, float[] Weights, int Taps)
{
    /// <param name="from">The picture's extent in pixels.</param>
    /// <param name="to">The extent wanted.</param>
    public static ImageFilter Of(int from, int to)
    {
        double step = (double)from / to, reach = Math.Max(step, 1);
        int taps = Math.Min((int)Math.Ceiling(2 * reach) + 1, from);
        (uint[] first, float[] weights) = (new uint[to], new float[to * taps]);
        var row = new double[taps];
        for (int target = 0; target < to; target++)
        {
            double centre = (target + 0.5) * step;
            int begin = Math.Clamp((int)Math.Floor(centre - reach), 0, from - taps);
            for (int i = 0; i < taps; i++)
                row[i] = Math.Max(1 - Math.Abs(begin + i + 0.5 - centre) / reach, 0);
            double total = row.Sum();
            first[target] = (uint)begin;
            for (int i = 0; i < taps; i++)
                weights[target * taps + i] = (float)(row[i] / total);
        }
        return new ImageFilter(first, weights, taps);
    }
}
