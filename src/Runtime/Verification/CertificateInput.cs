using System.Text.Json.Serialization;

namespace SoftPool.Verification;

/// <summary>One input of a certificate: a seed or a picture. Both become the network's input here, on the host, by
/// operations that IEEE 754 rounds in one way only: torch and every device then begin with the same bits, and a
/// difference is a layer's. A picture is kept as it is, before any resizing: smaller than a preprocessed one by far,
/// and Verify can send it once more the way that apps' pictures go, through the device's own resizing.</summary>
internal sealed record CertificateInput(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Seed = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] CertificatePicture? Picture = null)
{
    /// <summary>One item of each of the network's inputs, (C, H, W). A seed's numbers go on from one input to the
    /// next; a picture is the only input.</summary>
    public ReadOnlyMemory<float>[] ToItems(Model model)
    {
        var items = new ReadOnlyMemory<float>[model.Graph.Inputs.Count];
        long drawn = 0;
        for (int i = 0; i < items.Length; i++)
        {
            var item = new float[model.Graph.Inputs[i].Shape.ElementCount];
            if (Picture is { } picture)
                Resize(picture, model, item);
            else
                Draw((ulong)Seed!.Value, item, drawn);
            drawn += item.Length;
            items[i] = item;
        }
        return items;
    }

    /// <summary>Uniform in [-2, 2), where preprocessed pictures lie; multiples of 2^-22, so that no rounding takes
    /// part.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="input">Receives the numbers.</param>
    /// <param name="first">How many of the seed's numbers come before.</param>
    public static void Draw(ulong seed, Span<float> input, long first = 0)
    {
        for (int i = 0; i < input.Length; i++)
            input[i] = ((int)(SplitMix.At(seed, first + i) >> 40) - (1 << 23)) * (1f / (1 << 22));
    }

    /// <summary>As <see cref="ImageReference"/> says: a sum over a pixel's window in double, row by row, and one
    /// rounding at the end.</summary>
    private static void Resize(CertificatePicture picture, Model model, Span<float> input)
    {
        double[] exact = ImageReference.Compute(
            new Image(picture.Rgb, picture.Width, picture.Height), model.Graph.InputShape, model.Preprocessing);
        for (int i = 0; i < exact.Length; i++)
            input[i] = (float)exact[i];
    }
}

/// <summary>A picture of a certificate.</summary>
/// <param name="Width">Its width in pixels.</param>
/// <param name="Height">Its height in pixels.</param>
/// <param name="Rgb">Red, green, blue of each pixel, row by row from the top.</param>
internal sealed record CertificatePicture(int Width, int Height, byte[] Rgb)
{
    public const int Channels = 3;
}
