using System.Text.Json.Serialization;
using SoftPool.Planning;

namespace SoftPool.Operators;

/// <summary>What pools have in common: each channel by itself, a window that slides over 1 to 3 axes or covers them whole,
/// and PyTorch's shape rule.</summary>
public abstract record Pooling : UnaryOperator
{
    private protected Pooling()
    {
    }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => Sliding is var (axes, window) ? window.Describe(axes) : "whole map";

    /// <summary>The number of axes and the window that slides over them; null for one that covers the whole map.</summary>
    private protected abstract (int Axes, Window Window)? Sliding { get; }

    /// <summary>The window on an input.</summary>
    internal Window WindowOn(TensorShape input) => Sliding?.Window ?? Window.Whole(input);

    /// <summary>(C, ...) to (C, the places along each axis).</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        string name = GetType().Name;
        if (Sliding is var (axes, window))
            window.CheckPool(name, input, axes);
        else if (input.Rank is < 2 or > 4)
            throw new ShapeMismatchException($"{name} takes (C, L), (C, H, W) or (C, D, H, W); got {input}.");
        return WindowOn(input).OutputShape(input[0], input);
    }

    /// <summary>Adds a launch of a pooling kernel: one invocation an output element, the constants of pool.glsl, and those
    /// of the kernel itself behind them.</summary>
    private protected void Dispatch(LoweringStep step, string kernel, ReadOnlySpan<uint> own, params Operand[] operands)
    {
        Window window = WindowOn(step.InputShape);
        step.Dispatch(
            kernel,
            [
                (uint)step.Batch, (uint)step.InputShape[0],
                .. Numbers(Window.Extents(step.InputShape)), .. Numbers(Window.Extents(step.OutputShape)),
                .. Numbers(window.Kernel), .. Numbers(window.Stride), .. Numbers(window.Padding), .. own,
            ],
            GroupCount.Linear(step.Output.Count), operands);

        static uint[] Numbers(Size3d size) => [(uint)size.Depth, (uint)size.Height, (uint)size.Width];
    }
}
