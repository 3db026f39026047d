namespace SoftPool.Verification;

/// <summary>What the texels of an image are, in plain C#.</summary>
internal static class TexelReference
{
    /// <summary>The texels of one item of an output, row by row without gaps.</summary>
    /// <param name="format">Their format.</param>
    /// <param name="output">The item, (C, H, W).</param>
    /// <param name="pixels">H * W.</param>
    public static byte[] Compute(TexelFormat format, ReadOnlySpan<float> output, int pixels)
    {
        var texels = new byte[pixels * format.Bytes];
        int bytes = format.Bits / 8;
        for (int i = 0; i < pixels * format.Components; i++)
        {
            int component = i % format.Components;
            int channel = format.IsBlueFirst && component < 3 ? 2 - component : component;
            int place = channel * pixels + i / format.Components;
            Write(place < output.Length ? output[place] : 1, texels.AsSpan(i * bytes, bytes));
        }
        return texels;
    }

    private static void Write(float value, Span<byte> to)
    {
        switch (to.Length)
        {
            case 1:
                to[0] = float.IsNaN(value)
                    ? (byte)0
                    : (byte)MathF.Round(Math.Clamp(value, 0, 1) * 255, MidpointRounding.ToEven);
                break;
            case 2:
                BitConverter.TryWriteBytes(to, float.IsNaN(value) ? Half.NaN : (Half)value);
                break;
            default:
                BitConverter.TryWriteBytes(to, value);
                break;
        }
    }
}
