using SoftPool.Graph;

namespace SoftPool.Verification;

/// <summary>What becomes of an image before it enters the network, by <see cref="Preprocessing"/>, in double
/// precision.</summary>
internal static class ImageReference
{
    /// <param name="image">The image.</param>
    /// <param name="shape">The network's input, (3, H, W).</param>
    /// <param name="preprocessing">How an image becomes an input.</param>
    public static double[] Compute(Image image, TensorShape shape, Preprocessing preprocessing)
    {
        (int height, int width) = (shape[1], shape[2]);
        (ImageFilter columns, ImageFilter rows) = ImageFilter.Of(image.Shape, shape, preprocessing.Resize);
        // Averages with positive weights are in the range already, but for roundings, which certificates know.
        bool overshoots = preprocessing.Resize.Interpolation == Interpolation.Bicubic;
        var result = new double[shape.ElementCount];
        int place = 0;
        for (int c = 0; c < 3; c++)
        {
            int channel = image.Format == PixelFormat.Bgra8 ? 2 - c : c;
            double mean = preprocessing.Mean[c], deviation = preprocessing.StandardDeviation[c];
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++)
                {
                    double value = rows.Covers(y) && columns.Covers(x)
                        ? Sum(channel, y, x) : preprocessing.Resize.Border;
                    result[place++] = ((overshoots ? Math.Clamp(value, 0, 255) : value) / 255 - mean) / deviation;
                }
        }
        return result;

        double Sum(int channel, int y, int x)
        {
            ReadOnlySpan<byte> pixels = image.Pixels.Span;
            double sum = 0;
            for (int v = 0; v < rows.Taps; v++)
                for (int u = 0; u < columns.Taps; u++)
                {
                    long pixel = (rows.First[y] + v) * image.Width + columns.First[x] + u;
                    sum += (double)rows.Weights[y * rows.Taps + v] * columns.Weights[x * columns.Taps + u]
                        * pixels[(int)(pixel * image.BytesPerPixel) + channel];
                }
            return sum;
        }
    }
}
