using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>x where the condition is not 0, otherwise y, as torch.where. The inputs are the condition, x and y; they
/// have as many axes, and along an axis on which one has the extent 1 it is repeated.</summary>
public sealed record Where : Operator
{
    /// <summary>Returns the largest extent of each axis.</summary>
    /// <inheritdoc/>
    public override TensorShape InferShape(params ReadOnlySpan<TensorShape> inputs) => inputs.Length == 3
        ? BroadcastAxes.Infer(nameof(Where), inputs)
        : throw new ShapeMismatchException($"Where takes a condition and two inputs; got {inputs.Length} inputs.");

    internal override void Compute<T>(ReferenceStep step)
    {
        var axes = BroadcastAxes.Of(1, step.OutputShape, step.InputShapes);
        for (int i = 0; i < step.Output.Length; i++)
        {
            int taken = step.Inputs[0][axes.PlaceOf(0, i)] != 0 ? 1 : 2;
            step.Output[i] = step.Inputs[taken][axes.PlaceOf(taken, i)];
        }
    }

    internal override void Lower(LoweringStep step)
    {
        int count = step.Batch * step.OutputShape.ElementCount;
        var axes = BroadcastAxes.Of(
            step.Batch, step.OutputShape, [step.InputShapes[1], step.InputShapes[2], step.InputShapes[0]]);
        step.DispatchElements(
            "where", [("COUNT", count), .. axes.Constants("ABC")], count, 0b111,
            step.Inputs[1], step.Inputs[2], step.Inputs[0], step.Output);
    }
}
