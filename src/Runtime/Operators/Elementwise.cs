using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>An operation on two inputs, element by element. Both have as many axes; along an axis on which one has the
/// extent 1 it is repeated, as NumPy and PyTorch do.</summary>
public abstract record Elementwise : Operator
{
    private protected Elementwise()
    {
    }

    internal override bool FusesPointwise => true;

    /// <summary>Returns the larger extent of each axis.</summary>
    /// <inheritdoc/>
    public override TensorShape InferShape(params ReadOnlySpan<TensorShape> inputs) => inputs.Length == 2
        ? BroadcastAxes.Infer(GetType().Name, inputs)
        : throw new ShapeMismatchException($"{GetType().Name} takes two inputs; got {inputs.Length}.");

    internal abstract T Of<T>(T left, T right)
        where T : struct, IReal<T>;

    /// <summary>The number that elementwise.comp knows it by.</summary>
    internal abstract uint Code { get; }

    internal override void Compute<T>(ReferenceStep step) => ElementwiseReference.Compute<T>(this, step);

    internal override void Lower(LoweringStep step)
    {
        int count = step.Batch * step.OutputShape.ElementCount;
        var axes = BroadcastAxes.Of(step.Batch, step.OutputShape, step.InputShapes);
        step.DispatchElements(
            "elementwise",
            [("COUNT", count), .. axes.Constants("AB"), ("OPERATION", Code), .. step.Pointwise.Constants],
            count, 0b11,
            step.Inputs[0], step.Inputs[1], step.Output);
    }
}

/// <summary>x + y, as torch.add: element by element, as at the end of a residual connection.</summary>
public sealed record Add : Elementwise
{
    internal override uint Code => 0;

    internal override T Of<T>(T left, T right) => left + right;
}

/// <summary>x - y, as torch.sub: element by element.</summary>
public sealed record Subtract : Elementwise
{
    internal override uint Code => 1;

    internal override T Of<T>(T left, T right) => left - right;
}

/// <summary>x y, as torch.mul: element by element, as at the end of a gate.</summary>
public sealed record Multiply : Elementwise
{
    internal override uint Code => 2;

    internal override T Of<T>(T left, T right) => left * right;
}

/// <summary>x / y, as torch.div: element by element.</summary>
public sealed record Divide : Elementwise
{
    internal override uint Code => 3;

    internal override T Of<T>(T left, T right) => T.Quotient(left, right);
}

/// <summary>The larger of x and y, as torch.maximum; NaN if one of them is.</summary>
public sealed record Maximum : Elementwise
{
    internal override uint Code => 4;

    internal override T Of<T>(T left, T right) => left > right || T.IsNaN(left) ? left : right;
}

/// <summary>The smaller of x and y, as torch.minimum; NaN if one of them is.</summary>
public sealed record Minimum : Elementwise
{
    internal override uint Code => 5;

    internal override T Of<T>(T left, T right) => left < right || T.IsNaN(left) ? left : right;
}

/// <summary>x to the power of y, as torch.pow. NaN for a negative x and a y that is no integer.</summary>
public sealed record Pow : Elementwise
{
    internal override uint Code => 6;

    internal override T Of<T>(T left, T right) => T.Pow(left, right);
}
