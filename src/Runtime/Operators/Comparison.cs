using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>A comparison of two inputs, element by element: 1 where it holds, else 0.</summary>
public abstract record Comparison : Elementwise
{
    private protected Comparison()
    {
    }

    private protected abstract bool Holds<T>(T left, T right)
        where T : struct, IReal<T>;

    internal sealed override T Of<T>(T left, T right) => Holds(left, right) ? T.Of(1f) : default;
}

/// <summary>1 where x and y are equal, else 0, as torch.eq.</summary>
public sealed record Equal : Comparison
{
    internal override uint Code => 7;

    private protected override bool Holds<T>(T left, T right) => left >= right && left <= right;
}

/// <summary>1 where x is above y, else 0, as torch.gt.</summary>
public sealed record Greater : Comparison
{
    internal override uint Code => 8;

    private protected override bool Holds<T>(T left, T right) => left > right;
}

/// <summary>1 where x is not below y, else 0, as torch.ge; 0 of NaN.</summary>
public sealed record GreaterEqual : Comparison
{
    internal override uint Code => 9;

    private protected override bool Holds<T>(T left, T right) => left >= right;
}

/// <summary>1 where x is below y, else 0, as torch.lt.</summary>
public sealed record Less : Comparison
{
    internal override uint Code => 10;

    private protected override bool Holds<T>(T left, T right) => left < right;
}

/// <summary>1 where x is not above y, else 0, as torch.le; 0 of NaN.</summary>
public sealed record LessEqual : Comparison
{
    internal override uint Code => 11;

    private protected override bool Holds<T>(T left, T right) => left <= right;
}

/// <summary>1 where neither x nor y is 0, else 0, as torch.logical_and.</summary>
public sealed record LogicalAnd : Comparison
{
    internal override uint Code => 12;

    private protected override bool Holds<T>(T left, T right) => left != default(T) && right != default(T);
}

/// <summary>1 where x or y is not 0, else 0, as torch.logical_or.</summary>
public sealed record LogicalOr : Comparison
{
    internal override uint Code => 13;

    private protected override bool Holds<T>(T left, T right) => left != default(T) || right != default(T);
}

/// <summary>1 where one of x and y is 0 and the other is not, else 0, as torch.logical_xor.</summary>
public sealed record LogicalXor : Comparison
{
    internal override uint Code => 14;

    private protected override bool Holds<T>(T left, T right) => left != default(T) != (right != default(T));
}
