using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>Takes elements of one axis at equal distances, as x[:, start:stop:step] in PyTorch. Unlike in PyTorch, the
/// step may be negative. The axis then has the extent Length.</summary>
/// <param name="Dim">The axis, counted as in PyTorch: 1 is the channels. 0, the batch, is not allowed.</param>
/// <param name="Start">The index of the first element.</param>
/// <param name="Length">The number of elements, at least 1.</param>
/// <param name="Step">The distance between elements, not 0. A negative step goes backwards.</param>
public sealed record Slice(int Dim, int Start, int Length, int Step) : UnaryOperator
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"axis {Dim}, {Length} from {Start}" + (Step == 1 ? "" : $", step {Step}");

    /// <summary>(C, ...) to the same with Length in the place of the axis's extent.</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        if (Dim < 1 || Dim > input.Rank)
            throw new ShapeMismatchException($"Slice takes an axis of 1 to {input.Rank} on {input}; got {Attributes}.");
        int extent = input[Dim - 1];
        long last = Start + (Length - 1L) * Step;
        if (Length < 1 || Step == 0 || Start < 0 || Start >= extent || last < 0 || last >= extent)
            throw new ShapeMismatchException(
                $"Slice takes at least one place, and none outside of 0 to {extent - 1}; got {Attributes}.");
        return input.With(Dim, Length);
    }

    internal override void Compute<T>(ReferenceStep step)
    {
        (int extent, int inner) = (step.InputShape[Dim - 1], step.InputShape.Inner(Dim));
        for (int row = 0; row < step.Output.Length / inner; row++)
        {
            int from = row / Length * extent + Start + row % Length * Step;
            step.Input.Slice(from * inner, inner).CopyTo(step.Output[(row * inner)..]);
        }
    }

    internal override void Lower(LoweringStep step)
    {
        (int count, int inner) = (step.Batch * step.OutputShape.ElementCount, step.InputShape.Inner(Dim));
        bool isTogether = (Step == 1 || Length == 1) && count == Length * inner;
        if (isTogether && step.TryAliasPart((long)Start * inner))
            return;
        // A texel lies within a place.
        step.DispatchElements(
            "slice",
            [
                ("COUNT", count), ("EXTENT", step.InputShape[Dim - 1]), ("LENGTH", Length), ("INNER", inner),
                ("START", Start), ("STEP", Step),
            ],
            count, inner % 4 == 0 ? 0b1u : 0, step.Input, step.Output);
    }
}
