namespace SoftPool.Operators;

/// <summary>1.0507 x where x is positive, otherwise 1.7581 (exp(x) - 1), as torch.nn.SELU.</summary>
public sealed record SELU : Pointwise
{
    // The scale, and the scale times alpha, by which normal numbers keep their mean and variance (Klambauer et
    // al. 2017).
    private const double Scale = 1.0507009873554805, Depth = 1.7580993408473766;

    internal override uint Code => 17;

    internal override T Of<T>(T x) =>
        x > default(T) ? x * T.Of(Scale) : PointwiseReference.ExponentialLessOne(x) * T.Of(Depth);
}
