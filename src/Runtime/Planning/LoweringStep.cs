namespace SoftPool.Planning;

/// <summary>What an operator needs to add its kernel launches to a plan, and where it adds them.</summary>
internal sealed class LoweringStep(
    string layer, int batch, TensorShape inputShape, TensorShape outputShape, Operand input, bool reLU,
    Func<string, Tensor> parameters, List<KernelDispatch> dispatches)
{
    /// <summary>The number of items computed at once.</summary>
    public int Batch { get; } = batch;

    /// <summary>The shape of one item of the input.</summary>
    public TensorShape InputShape { get; } = inputShape;

    /// <summary>The shape of one item of the output.</summary>
    public TensorShape OutputShape { get; } = outputShape;

    /// <summary>Whether the kernel computes the ReLU that follows.</summary>
    public bool ReLU { get; } = reLU;

    public Operand Input { get; } = input;

    public Operand Output { get; private set; } = new Activation((long)batch * outputShape.Count);

    /// <summary>Makes the output the same memory as the input: nothing runs.</summary>
    public void Alias() => Output = Input;

    /// <summary>The elements of a parameter by its short name: weight, bias.</summary>
    public ReadOnlySpan<float> Parameter(string name) => parameters(name).Data.Span;

    /// <summary>Adds a kernel launch.</summary>
    public void Dispatch(string kernel, uint[] specialization, GroupCount groups, params Operand[] operands) =>
        dispatches.Add(new KernelDispatch(layer, kernel, specialization, groups, operands));

    /// <summary>Adds a launch of a pooling kernel: one invocation an output element, the constants of pool2d.glsl.</summary>
    public void DispatchPool(string kernel, Size2d size, Size2d stride, Size2d padding, params Operand[] operands) =>
        Dispatch(
            kernel,
            [
                (uint)Batch, (uint)InputShape[0], (uint)InputShape[1], (uint)InputShape[2],
                (uint)OutputShape[1], (uint)OutputShape[2], (uint)size.Height, (uint)size.Width,
                (uint)stride.Height, (uint)stride.Width, (uint)padding.Height, (uint)padding.Width,
            ],
            GroupCount.Linear(Output.Count), operands);
}
