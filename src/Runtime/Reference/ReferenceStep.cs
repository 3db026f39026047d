namespace SoftPool.Reference;

/// <summary>One operator's work on one item: what it reads and where it writes.</summary>
/// <param name="inputShape">The shape of the input, (C, H, W) or (features).</param>
/// <param name="input">The input's elements.</param>
/// <param name="outputShape">The shape of the output.</param>
/// <param name="output">Where the output's elements go.</param>
/// <param name="parameters">The operator's own parameters by PyTorch's short name: weight, bias.</param>
internal readonly ref struct ReferenceStep(
    TensorShape inputShape, ReadOnlySpan<float> input, TensorShape outputShape, Span<float> output,
    Func<string, Tensor> parameters)
{
    public TensorShape InputShape { get; } = inputShape;

    public ReadOnlySpan<float> Input { get; } = input;

    public TensorShape OutputShape { get; } = outputShape;

    public Span<float> Output { get; } = output;

    public ReadOnlySpan<float> Parameter(string name) => parameters(name).Data.Span;
}
