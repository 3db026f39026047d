namespace SoftPool.Operators;

/// <summary>The square root, as torch.sqrt: NaN for negative inputs.</summary>
public sealed record Sqrt : Pointwise
{
    internal override uint Code => 22;

    /// <summary>Of 0, infinity and NaN the number itself.</summary>
    internal override T Of<T>(T x) => x < default(T) ? T.Of(float.NaN)
        : x > default(T) && x <= T.Of(float.MaxValue) ? x * T.ReciprocalRoot(x)
        : x;
}
