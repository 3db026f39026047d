namespace SoftPool.Graph;

/// <summary>What each pixel along an axis of the network's input is made of: a sum over a row of source pixels, each
/// with its weight.</summary>
/// <param name="First">The first source pixel of each target pixel.</param>
/// <param name="Weights">The weights of each target pixel, (to, taps); 0 beyond the picture's end, and for target
/// pixels that the picture does not cover.</param>
/// <param name="Taps">How many source pixels at most a target pixel is made of.</param>
/// <param name="Begin">The first target pixel that the picture covers.</param>
/// <param name="End">The first target pixel behind the picture.</param>
internal sealed record ImageFilter(uint[] First, float[] Weights, int Taps, int Begin, int End)
{
    /// <summary>The filters of an image's columns and rows.</summary>
    /// <param name="image">The image.</param>
    /// <param name="shape">The network's input, (3, H, W).</param>
    /// <param name="resize">How the one becomes the other.</param>
    public static (ImageFilter Columns, ImageFilter Rows) Of(in PictureShape image, TensorShape shape, Resize resize)
    {
        (int height, int width) = (shape[1], shape[2]);
        ImagePlace place = resize.Place(new Size2d(image.Height, image.Width), new Size2d(height, width));
        return (Of(image.Width, place.Width, place.Left, width, resize),
            Of(image.Height, place.Height, place.Top, height, resize));
    }

    /// <param name="from">The picture's extent in pixels.</param>
    /// <param name="resized">The extent that it is resized to.</param>
    /// <param name="offset">The target pixel where the resized picture begins; negative if it begins before the first.
    /// </param>
    /// <param name="to">The number of target pixels.</param>
    /// <param name="resize">How values are interpolated.</param>
    private static ImageFilter Of(int from, long resized, long offset, int to, Resize resize)
    {
        int begin = (int)Math.Clamp(offset, 0, to), end = (int)Math.Clamp(offset + resized, begin, to);
        var first = new uint[to];
        if (resize.Interpolation == Interpolation.Nearest)
        {
            for (int target = begin; target < end; target++)
                first[target] = (uint)((2 * (target - offset) + 1) * from / (2 * resized));
            return new ImageFilter(first, [.. Enumerable.Range(0, to).Select(Covered)], 1, begin, end);
        }
        double step = (double)from / resized, stretch = resize.Antialias ? Math.Max(step, 1) : 1;
        double reach = stretch * (resize.Interpolation == Interpolation.Bicubic ? 2 : 1);
        int taps = (int)Math.Min(Math.Ceiling(2 * reach) + 1, from);
        var weights = new float[to * taps];
        var row = new double[taps];
        for (int target = begin; target < end; target++)
        {
            double centre = (target - offset + 0.5) * step;
            int source = Math.Clamp((int)Math.Floor(centre - reach), 0, from - taps);
            for (int i = 0; i < taps; i++)
            {
                double distance = Math.Abs(source + i + 0.5 - centre) / stretch;
                row[i] = resize.Interpolation == Interpolation.Bicubic ? Cubic(distance) : Math.Max(1 - distance, 0);
            }
            double total = row.Sum();
            first[target] = (uint)source;
            for (int i = 0; i < taps; i++)
                weights[target * taps + i] = (float)(row[i] / total);
        }
        return new ImageFilter(first, weights, taps, begin, end);

        float Covered(int target) => target >= begin && target < end ? 1 : 0;
    }

    /// <summary>Whether the picture covers a target pixel.</summary>
    public bool Covers(int target) => target >= Begin && target < End;

    /// <summary>Keys (1981), "Cubic convolution interpolation for digital image processing", with a = -1/2.</summary>
    private static double Cubic(double x) => x < 1
        ? (1.5 * x - 2.5) * x * x + 1
        : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}
