namespace SoftPool.Operators;

/// <summary>The nearest integer, as torch.round. A number midway between two integers rounds to the even one.</summary>
public sealed record Round : Pointwise
{
    internal override uint Code => 26;

    /// <summary>The integer below or the one behind it. The difference to it is exact.</summary>
    internal override T Of<T>(T x)
    {
        T half = T.Of(0.5f), below = T.Floor(x), rest = x - below, halved = below * half;
        bool isOdd = T.Floor(halved) < halved;
        return rest > half || (rest >= half && isOdd) ? below + T.Of(1f) : below;
    }
}
