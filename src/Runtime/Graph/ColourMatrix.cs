namespace SoftPool.Graph;

/// <summary>The numbers by which samples of luma and chroma become red, green and blue from 0 to 255, as integers of
/// <see cref="FractionBits"/> bits behind the point: every device and the reference give the same bytes.</summary>
/// <param name="Black">The luma of black.</param>
/// <param name="Luma">What a step of luma is worth.</param>
/// <param name="RedV">What a step of Cr is worth in red.</param>
/// <param name="GreenU">What a step of Cb takes from green.</param>
/// <param name="GreenV">What a step of Cr takes from green.</param>
/// <param name="BlueU">What a step of Cb is worth in blue.</param>
internal readonly record struct ColourMatrix(int Black, int Luma, int RedV, int GreenU, int GreenV, int BlueU)
{
    public const int FractionBits = 20;

    /// <summary>ITU-R BT.601-7, 2.5, and BT.709-6, 3 and 4.</summary>
    public static ColourMatrix Of(in PictureShape shape)
    {
        (double red, double blue) = shape.Matrix == YuvMatrix.Bt601 ? (0.299, 0.114) : (0.2126, 0.0722);
        double green = 1 - red - blue;
        int step = shape.Format == PixelFormat.P010 ? 4 : 1;
        (double luma, double chroma) = shape.IsFullRange
            ? (256 * step - 1, 256 * step - 1)
            : (219 * step, 224 * step);
        return new ColourMatrix(
            shape.IsFullRange ? 0 : 16 * step,
            Fixed(255 / luma),
            Fixed(2 * (1 - red) * 255 / chroma),
            Fixed(2 * (1 - blue) * blue / green * 255 / chroma),
            Fixed(2 * (1 - red) * red / green * 255 / chroma),
            Fixed(2 * (1 - blue) * 255 / chroma));
    }

    private static int Fixed(double number) => (int)Math.Round(number * (1 << FractionBits));
}
