namespace SoftPool.Reference;

/// <summary>x^y under the rules of strict.glsl, operation for operation as in power.glsl.</summary>
internal static class StrictPower
{
    private const float LeastLogarithm = -60;
    private const float MostLogarithm = 130;
    private const float MostExponent = 4294967296;

    /// <summary>Special values are those of C's pow.</summary>
    public static float Of(float x, float y)
    {
        float magnitude = MathF.Abs(x), halved = y * 0.5f;
        bool isWhole = MathF.Floor(y) == y, isOdd = isWhole && MathF.Floor(halved) != halved;
        if (y == 0 || x == 1)
            return 1;
        if (float.IsNaN(x) || float.IsNaN(y))
            return float.NaN;
        float result = magnitude == 0 || magnitude > float.MaxValue
            ? ((magnitude == 0) == (y < 0) ? float.PositiveInfinity : 0)
            : MathF.Abs(y) > float.MaxValue
                ? (magnitude == 1 ? 1 : magnitude > 1 == y > 0 ? float.PositiveInfinity : 0)
                : x < 0 && !isWhole ? float.NaN : OfPositive(magnitude, y);
        return x < 0 && isOdd ? -result : result;
    }

    /// <summary>2^(k y) m^y for x = 2^k m. k y is exact, because y comes in parts of 16 and 8 bits.</summary>
    private static float OfPositive(float x, float y)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        int k = (int)(bits >> 23) - 127;
        float m = BitConverter.UInt32BitsToSingle((bits & 0x7FFFFF) | 0x3F800000);
        if (m > 1.41421356f)
        {
            m *= 0.5f;
            k++;
        }
        float held = y > MostExponent ? MostExponent : y < -MostExponent ? -MostExponent : y;
        float high = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(held) & 0xFFFFFF00);
        float low = held - high;
        float first = k * high, second = k * low, third = Strict.Log(new(m)).Value * Strict.Log2E * held;
        float total = first + third;
        if (total > MostLogarithm)
            return float.PositiveInfinity;
        if (total < LeastLogarithm)
            return 0;
        float whole = MathF.Round(first), wholeOfThird = MathF.Round(third);
        float rest = (first - whole) + (third - wholeOfThird) + second, exponent = rest * 0.693147181f;
        int n = (int)whole + (int)wholeOfThird, halfOfN = n >> 1;
        return Strict.Exp(new(exponent)).Value * Strict.PowerOfTwo(halfOfN) * Strict.PowerOfTwo(n - halfOfN);
    }
}
