using SoftPool.Graph;

namespace SoftPool.Verification;

/// <summary>What becomes of an image before it enters the network, by <see cref="Preprocessing"/>, in double
/// precision.</summary>
internal static class ImageReference
{
    /// <param name="image">The image.</param>
    /// <param name="shape">The network's input, (3, H, W).</param>
    /// <param name="preprocessing">Mean and deviation of each channel.</param>
    public static double[] Compute(Image image, TensorShape shape, Preprocessing preprocessing)
    {
        (int height, int width) = (shape[1], shape[2]);
        ImageFilter columns = ImageFilter.Of(image.Width, width), rows = ImageFilter.Of(image.Height, height);
        ReadOnlySpan<byte> pixels = image.Pixels.Span;
        var result = new double[shape.ElementCount];
        for (int c = 0; c < 3; c++)
        {
            int place = image.Format == PixelFormat.Bgra8 ? 2 - c : c;
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++)
                {
                    double sum = 0;
                    for (int v = 0; v < rows.Taps; v++)
                        for (int u = 0; u < columns.Taps; u++)
                        {
                            long pixel = (rows.First[y] + v) * image.Width + columns.First[x] + u;
                            sum += (double)rows.Weights[y * rows.Taps + v] * columns.Weights[x * columns.Taps + u]
                                * pixels[(int)pixel * image.BytesPerPixel + place];
                        }
                    result[(c * height + y) * width + x] = (sum / 255 - preprocessing.Mean[c]) / preprocessing.StandardDeviation[c];
                }
        }
        return result;
    }
}
