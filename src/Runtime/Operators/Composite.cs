using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>An operator with one input and no parameters that runs as a sequence of other operators. It has no kernel
/// of its own.</summary>
public abstract record Composite : UnaryOperator
{
    private protected Composite()
    {
    }

    /// <summary>The operators, the first of which takes this input.</summary>
    /// <exception cref="ShapeMismatchException">The input or the attributes do not fit.</exception>
    internal abstract IReadOnlyList<Operator> PartsOn(TensorShape input);

    /// <summary>What the last operator gives.</summary>
    private protected override TensorShape Infer(TensorShape input) =>
        PartsOn(input).Aggregate(input, (shape, part) => part.InferShape(shape));

    internal override void Compute<T>(ReferenceStep step)
    {
        (TensorShape shape, float[] values) = (step.InputShape, step.Inputs[0]);
        foreach (Operator part in PartsOn(shape))
        {
            TensorShape output = part.InferShape(shape);
            var computed = new float[output.ElementCount];
            part.Compute<T>(new ReferenceStep([shape], [values], output, computed, step.Parameters));
            (shape, values) = (output, computed);
        }
        values.CopyTo(step.Output);
    }

    internal override void Lower(LoweringStep step)
    {
        (Operand values, TensorShape shape) = (step.Input, step.InputShape);
        foreach (Operator operation in PartsOn(shape))
        {
            LoweringStep part = step.Part(values, shape, operation.InferShape(shape));
            operation.Lower(part);
            step.End(part);
            (values, shape) = (part.Output, part.OutputShape);
        }
    }
}
