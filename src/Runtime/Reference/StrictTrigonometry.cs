namespace SoftPool.Reference;

/// <summary>Sine, cosine and tangent under the rules of strict.glsl, operation for operation as in
/// trigonometry.glsl.</summary>
internal static class StrictTrigonometry
{
    /// <summary>The bits of 2 / pi behind the point, after a word of zeros.</summary>
    private static ReadOnlySpan<uint> TwoOverPi =>
        [0, 0xA2F9836E, 0x4E441529, 0xFC2757D1, 0xF534DDC0, 0xDB629599, 0x3C439041, 0xFE5163AB];

    public static float Sin(float x)
    {
        if (!float.IsFinite(x))
            return float.NaN;
        (uint turns, float rest) = QuarterTurns(x);
        float y = (turns & 1) != 0 ? CosineOfRest(rest) : SineOfRest(rest);
        return (turns & 2) != 0 != (x < 0) ? -y : y;
    }

    public static float Cos(float x)
    {
        if (!float.IsFinite(x))
            return float.NaN;
        (uint turns, float rest) = QuarterTurns(x);
        turns++;
        float y = (turns & 1) != 0 ? CosineOfRest(rest) : SineOfRest(rest);
        return (turns & 2) != 0 ? -y : y;
    }

    public static Strict Tan(float x)
    {
        if (!float.IsFinite(x))
            return new(float.NaN);
        (uint turns, float rest) = QuarterTurns(x);
        Strict sine = new(SineOfRest(rest)), cosine = new(CosineOfRest(rest));
        Strict y = (turns & 1) != 0 ? Strict.Quotient(-cosine, sine) : Strict.Quotient(sine, cosine);
        return x < 0 ? -y : y;
    }

    /// <summary>|x| as a number of quarter turns, of which the last two bits count, and a rest from -pi/4 to
    /// pi/4.</summary>
    private static (uint Turns, float Remainder) QuarterTurns(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x) & 0x7FFFFFFF;
        if (bits <= 0x3F490FDB)
            return (0, MathF.Abs(x));
        ulong significand = (bits & 0x7FFFFF) | 0x800000;
        // The product of the significand with 96 bits of 2 / pi, the first of which makes 2 quarter turns.
        uint first = (bits >> 23) + 32 - 152;
        (int word, int shift) = ((int)(first >> 5), (int)(first & 31));
        ulong low = significand * Window(word + 2, shift), middle = significand * Window(word + 1, shift) + (low >> 32);
        uint high = (uint)(significand * Window(word, shift) + (middle >> 32));
        uint turns = high >> 30, fraction = high << 2 | (uint)middle >> 30,
            behind = (uint)middle << 2 | (uint)low >> 30;
        bool isAbove = fraction >= 0x80000000;
        if (isAbove)
            (turns, fraction, behind) = (turns + 1, ~fraction, ~behind);
        float part = (fraction >> 8) * 5.96046448e-8f + ((fraction & 0xFF) << 16 | behind >> 16) * 3.55271368e-15f;
        float angle = part * 1.57079633f;
        return (turns, isAbove ? -angle : angle);
    }

    private static uint Window(int word, int shift) =>
        TwoOverPi[word] << shift | TwoOverPi[word + 1] >> 1 >> (31 - shift);

    private static float SineOfRest(float x)
    {
        float square = x * x;
        float p = 2.75573192e-6f;
        p = p * square + -1.98412698e-4f;
        p = p * square + 8.33333333e-3f;
        p = p * square + -1.66666667e-1f;
        return x + x * (square * p);
    }

    private static float CosineOfRest(float x)
    {
        float square = x * x;
        float p = -2.75573192e-7f;
        p = p * square + 2.48015873e-5f;
        p = p * square + -1.38888889e-3f;
        p = p * square + 4.16666667e-2f;
        p = p * square + -0.5f;
        return 1 + square * p;
    }
}
