namespace SoftPool.Reference;

/// <summary>Floats under the rules of strict.glsl, operation for operation: what is loaded and stored is +0 or at least
/// 2^-50 in magnitude, so that no subnormal number ever occurs; exp and reciprocal are made of additions and
/// multiplications.</summary>
internal readonly record struct Strict(float Value) : IReal<Strict>
{
    /// <summary>The least magnitude that is not taken for 0: 2^-50.</summary>
    public const float Tiny = 8.8817842e-16f;

    private const float LeastExponent = -34.65f;
    private const float Log2E = 1.44269504f;
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
        float r = held - k * Ln2High - k * Ln2Low;
        float p = 1.98412698e-4f;
        p = p * r + 1.38888889e-3f;
        p = p * r + 8.33333333e-3f;
        p = p * r + 4.16666667e-2f;
        p = p * r + 1.66666667e-1f;
        p = p * r + 0.5f;
        p = p * (r * r) + r;
        p += 1;
        return new(x < LeastExponent ? 0 : p * BitConverter.Int32BitsToSingle((k + 127) << 23));
    }

    public static Strict ReciprocalRoot(Strict number)
    {
        float x = number.Value;
        float y = BitConverter.UInt32BitsToSingle(0x5F375A86u - (BitConverter.SingleToUInt32Bits(x) >> 1));
        for (int step = 0; step < 4; step++)
            y *= 1.5f - 0.5f * x * y * y;
        return new(y);
    }

    public static Strict operator +(Strict a, Strict b) => new(a.Value + b.Value);

    public static Strict operator -(Strict a, Strict b) => new(a.Value - b.Value);

    public static Strict operator *(Strict a, Strict b) => new(a.Value * b.Value);

    /// <summary>For 1 &lt;= b &lt;= 2^36.</summary>
    public static Strict operator /(Strict a, Strict b) => new(a.Value * Reciprocal(b.Value));

    public static Strict operator -(Strict a) => new(-a.Value);

    public static bool operator <(Strict a, Strict b) => a.Value < b.Value;

    public static bool operator >(Strict a, Strict b) => a.Value > b.Value;

    public static bool operator <=(Strict a, Strict b) => a.Value <= b.Value;

    public static bool operator >=(Strict a, Strict b) => a.Value >= b.Value;

    private static float Reciprocal(float x)
    {
        float y = BitConverter.UInt32BitsToSingle(unchecked(0x7EF311C3u - BitConverter.SingleToUInt32Bits(x)));
        for (int step = 0; step < 4; step++)
            y += y * (1 - x * y);
        return y;
    }
}
