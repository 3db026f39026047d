using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>An operation on two inputs, element by element. The second input has the shape of the first, (C, ...), or
/// one value for each channel, (C, 1, ...), or one value for each position, (1, ...).</summary>
public abstract record Elementwise : Operator
{
    private protected Elementwise()
    {
    }

    internal override bool FusesPointwise => true;

    /// <summary>Returns the shape of the first input, (C, ...). The second input is (C, ...), (C, 1, ...) or (1,
    /// ...).</summary>
    /// <inheritdoc/>
    public override TensorShape InferShape(params ReadOnlySpan<TensorShape> inputs)
    {
        string name = GetType().Name;
        if (inputs.Length != 2)
            throw new ShapeMismatchException($"{name} takes two inputs; got {inputs.Length}.");
        (TensorShape left, TensorShape right) = (inputs[0], inputs[1]);
        bool isMap = left.Rank == right.Rank && left.Rank > 1;
        bool perChannel = isMap && left[0] == right[0] && right.ElementCount == right[0];
        bool perPlace = isMap && right[0] == 1 && right.Extents[1..].SequenceEqual(left.Extents[1..]);
        return left == right || perChannel || perPlace
            ? left
            : throw new ShapeMismatchException(
                $"{name} takes two inputs of one shape, or a second one of one value a channel or a place; "
                + $"got {left} and {right}.");
    }

    /// <summary>How the second input is repeated: the first is (..., Repeats, Inner) where the second is (..., Inner).
    /// </summary>
    internal static (int Repeats, int Inner) Repetition(TensorShape left, TensorShape right)
    {
        int repeats = left.ElementCount / right.ElementCount;
        return (repeats, repeats > 1 && right[0] == 1 && left[0] > 1 ? right.ElementCount : 1);
    }

    internal abstract T Of<T>(T left, T right)
        where T : struct, IReal<T>;

    private protected abstract string Kernel { get; }

    internal override void Compute<T>(ReferenceStep step) => ElementwiseReference.Compute<T>(this, step);

    internal override void Lower(LoweringStep step)
    {
        int count = step.Batch * step.OutputShape.ElementCount;
        (int repeats, int inner) = Repetition(step.InputShape, step.InputShapes[1]);
        step.DispatchElements(
            Kernel, [("COUNT", count), ("REPEATS", repeats), ("INNER", inner), .. step.Pointwise.Constants],
            count, 0b11,
            step.Inputs[0], step.Inputs[1], step.Output);
    }
}

/// <summary>x + y, as torch.add: element by element, as at the end of a residual connection.</summary>
public sealed record Add : Elementwise
{
    private protected override string Kernel => "add";

    internal override T Of<T>(T left, T right) => left + right;
}

/// <summary>x - y, as torch.sub: element by element.</summary>
public sealed record Subtract : Elementwise
{
    private protected override string Kernel => "subtract";

    internal override T Of<T>(T left, T right) => left - right;
}

/// <summary>x y, as torch.mul: element by element, as at the end of a gate.</summary>
public sealed record Multiply : Elementwise
{
    private protected override string Kernel => "multiply";

    internal override T Of<T>(T left, T right) => left * right;
}
