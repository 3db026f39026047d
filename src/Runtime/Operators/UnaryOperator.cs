namespace SoftPool.Operators;

/// <summary>An operator with one input.</summary>
public abstract record UnaryOperator : Operator
{
    private protected UnaryOperator()
    {
    }

    /// <inheritdoc/>
    public sealed override TensorShape InferShape(params ReadOnlySpan<TensorShape> inputs) => inputs.Length == 1
        ? Infer(inputs[0])
        : throw new ShapeMismatchException($"{GetType().Name} takes one input; got {inputs.Length}.");

    private protected abstract TensorShape Infer(TensorShape input);
}
