namespace SoftPool.Operators;

/// <summary>x / (1 + |x|), as torch.nn.Softsign. The result for an infinite input is NaN.</summary>
public sealed record Softsign : Pointwise
{
    internal override uint Code => 15;

    /// <summary>Beyond 2^30, where no device need divide well, it is 1 or -1.</summary>
    internal override T Of<T>(T x)
    {
        T magnitude = x < default(T) ? -x : x, one = T.Of(1f);
        if (magnitude > T.Of(1073741824f))
            return magnitude > T.Of(float.MaxValue) ? T.Of(float.NaN) : x < default(T) ? -one : one;
        return x / (one + magnitude);
    }
}
