namespace SoftPool.Reference;

/// <summary>Floats under the rules of strict.glsl, operation for operation: what is loaded and stored is +0 or at least
/// 2^-50 in magnitude, so that no subnormal number ever occurs; exp and reciprocal are made of additions and
/// multiplications.</summary>
internal readonly record struct Strict(float Value) : IReal<Strict>
{
    /// <summary>The least magnitude that is not taken for 0: 2^-50.</summary>
    public const float Tiny = 8.8817842e-16f;

    private const float LeastExponent = -34.65f;
    private const float MostExponent = 88.73f;
    internal const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    public Strict Passed => Of(Value);

    public float Stored => Held(Value);

    /// <summary>Magnitudes below <see cref="Tiny"/>, and with them -0, become +0.</summary>
    public static float Held(float x) => MathF.Abs(x) < Tiny ? 0 : x;

    public static Strict Of(float x) => new(Held(x));

    public static Strict Of(double x) => Of((float)x);

    public static Strict ExpNonpositive(Strict exponent)
    {
        float x = exponent.Value;
        float held = x < LeastExponent ? LeastExponent : x;
        int k = (int)(held * Log2E - 0.5f);
        return new(x < LeastExponent ? 0 : ExpOverPower(held, k) * PowerOfTwo(k));
    }

    public static Strict Exp(Strict exponent)
    {
        float x = exponent.Value;
        float held = x < LeastExponent ? LeastExponent : x > MostExponent ? MostExponent : x;
        int k = (int)(held * Log2E + (held < 0 ? -0.5f : 0.5f)), first = k >> 1;
        return new(x < LeastExponent ? 0 : ExpOverPower(held, k) * PowerOfTwo(first) * PowerOfTwo(k - first));
    }

    /// <summary>No strict number is subnormal.</summary>
    public static Strict Log(Strict number)
    {
        float x = number.Value;
        if (!(x > 0 && x <= float.MaxValue))
            return new(x < 0 ? float.NaN : x == 0 ? float.NegativeInfinity : x);
        uint bits = BitConverter.SingleToUInt32Bits(x);
        int k = (int)(bits >> 23) - 127;
        float m = BitConverter.UInt32BitsToSingle((bits & 0x7FFFFF) | 0x3F800000);
        if (m > 1.41421356f)
        {
            m *= 0.5f;
            k++;
        }
        float s = (m - 1) * ReciprocalOf(m + 1);
        float square = s * s;
        float p = 9.09090909e-2f;
        p = p * square + 1.11111111e-1f;
        p = p * square + 1.42857143e-1f;
        p = p * square + 0.2f;
        p = p * square + 3.33333333e-1f;
        p = p * square + 1;
        return new(s * 2 * p + k * Ln2Low + k * Ln2High);
    }

    /// <summary>Beyond 2^50 it would be stored as 0.</summary>
    public static Strict Reciprocal(Strict number)
    {
        float magnitude = MathF.Abs(number.Value);
        float y = magnitude > 2251799813685248 ? 0
            : magnitude < Tiny ? float.PositiveInfinity
            : ReciprocalOf(magnitude);
        return new(number.Value < 0 ? -y : y);
    }

    public static Strict Floor(Strict x) => new(MathF.Floor(x.Value));

    public static Strict ReciprocalRoot(Strict number)
    {
        float x = number.Value;
        float y = BitConverter.UInt32BitsToSingle(0x5F375A86u - (BitConverter.SingleToUInt32Bits(x) >> 1));
        for (int step = 0; step < 4; step++)
            y *= 1.5f - 0.5f * x * y * y;
        return new(y);
    }

    /// <summary>a times the reciprocal of b, both made smaller first where b is beyond 2^64.</summary>
    public static Strict Quotient(Strict dividend, Strict divisor)
    {
        const float Large = 18446744073709551616f;
        (float a, float b) = (dividend.Value, MathF.Abs(divisor.Value));
        float y = b < Tiny ? (a > 0 ? float.PositiveInfinity : a < 0 ? float.NegativeInfinity : float.NaN)
            : !(b <= float.MaxValue) ? (float.IsInfinity(b) && float.IsFinite(a) ? 0 : float.NaN)
            : b > Large ? a * (1 / Large) * ReciprocalOf(b * (1 / Large))
            : a * ReciprocalOf(b);
        return new(divisor.Value < 0 ? -y : y);
    }

    public static Strict Pow(Strict x, Strict y) => new(StrictPower.Of(x.Value, y.Value));

    public static Strict Sin(Strict x) => new(StrictTrigonometry.Sin(x.Value));

    public static Strict Cos(Strict x) => new(StrictTrigonometry.Cos(x.Value));

    public static Strict Tan(Strict x) => StrictTrigonometry.Tan(x.Value);

    public static bool IsNaN(Strict x) => float.IsNaN(x.Value);

    public static Strict operator +(Strict a, Strict b) => new(a.Value + b.Value);

    public static Strict operator -(Strict a, Strict b) => new(a.Value - b.Value);

    public static Strict operator *(Strict a, Strict b) => new(a.Value * b.Value);

    /// <summary>For 2^-50 &lt;= b &lt;= 2^100.</summary>
    public static Strict operator /(Strict a, Strict b) => new(a.Value * ReciprocalOf(b.Value));

    public static Strict operator -(Strict a) => new(-a.Value);

    public static bool operator <(Strict a, Strict b) => a.Value < b.Value;

    public static bool operator >(Strict a, Strict b) => a.Value > b.Value;

    public static bool operator <=(Strict a, Strict b) => a.Value <= b.Value;

    public static bool operator >=(Strict a, Strict b) => a.Value >= b.Value;

    internal static float PowerOfTwo(int k) => BitConverter.Int32BitsToSingle((k + 127) << 23);

    private static float ExpOverPower(float x, int k)
    {
        float r = x - k * Ln2High - k * Ln2Low;
        float p = 1.98412698e-4f;
        p = p * r + 1.38888889e-3f;
        p = p * r + 8.33333333e-3f;
        p = p * r + 4.16666667e-2f;
        p = p * r + 1.66666667e-1f;
        p = p * r + 0.5f;
        p = p * (r * r) + r;
        p += 1;
        return p;
    }

    private static float ReciprocalOf(float x)
    {
        float y = BitConverter.UInt32BitsToSingle(unchecked(0x7EF311C3u - BitConverter.SingleToUInt32Bits(x)));
        for (int step = 0; step < 4; step++)
            y += y * (1 - x * y);
        return y;
    }
}
