using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>Concatenates all inputs along an axis, as torch.cat.</summary>
/// <param name="Dim">The axis, counted as in PyTorch: 1 is the channels. 0, the batch, is not allowed.</param>
public sealed record Concat(int Dim = 1) : Operator
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => Dim == 1 ? "" : $"axis {Dim}";

    /// <summary>Returns (C1 + C2 + ..., ...) for inputs (C1, ...), (C2, ...) and so on, or the same along another axis.
    /// The inputs differ in the extent of that axis only.</summary>
    /// <inheritdoc/>
    public override TensorShape InferShape(params ReadOnlySpan<TensorShape> inputs)
    {
        if (inputs.IsEmpty)
            throw new ShapeMismatchException("Concat takes at least one input; got none.");
        TensorShape first = inputs[0];
        if (Dim < 1 || Dim > Math.Max(first.Rank, 1))
            throw new ShapeMismatchException($"Concat takes an axis of 1 to {first.Rank} on {first}; got axis {Dim}.");
        // A layer may be listed millions of times: the sum is a long, and the shape refuses what is too large.
        long total = 0;
        foreach (TensorShape input in inputs)
        {
            if (input.Rank == 0 || input.Rank != first.Rank || input.With(Dim, first[Dim - 1]) != first)
                throw new ShapeMismatchException(
                    $"Concat takes inputs that differ in {(Dim == 1 ? "channels" : $"axis {Dim}")} "
                    + $"alone; got {first} and {input}.");
            total += input[Dim - 1];
        }
        return total <= int.MaxValue
            ? first.With(Dim, (int)total)
            : throw new ShapeMismatchException($"Concat gives at most {int.MaxValue} channels; got {total}.");
    }

    internal override void Compute<T>(ReferenceStep step)
    {
        int row = step.OutputShape[Dim - 1] * step.OutputShape.Inner(Dim), begin = 0;
        for (int i = 0; i < step.Inputs.Count; i++)
        {
            int length = step.InputShapes[i][Dim - 1] * step.OutputShape.Inner(Dim);
            for (int outer = 0; outer < step.Inputs[i].Length / length; outer++)
                step.Inputs[i].AsSpan(outer * length, length).CopyTo(step.Output[(outer * row + begin)..]);
            begin += length;
        }
    }

    internal override void Lower(LoweringStep step)
    {
        int inner = step.OutputShape.Inner(Dim), row = step.OutputShape[Dim - 1] * inner, begin = 0;
        int[] lengths = [.. step.InputShapes.Select(shape => shape[Dim - 1] * inner)];
        bool isOneRow = row == step.Output.Count;
        for (int i = 0, end; i < lengths.Length; i = end)
        {
            int placed = isOneRow ? step.TryPlaceInOutput(i, begin) : 0;
            end = i + Math.Max(placed, 1);
            if (placed == 0)
                Copy(step, i, lengths[i], row, begin);
            begin += lengths[i..end].Sum();
        }
    }

    private static void Copy(LoweringStep step, int input, int length, int row, int begin)
    {
        int count = step.Batch * step.InputShapes[input].ElementCount;
        SpecializationConstant[] constants =
            [("COUNT", count), ("LENGTH", length), ("OUT_LENGTH", row), ("OFFSET", begin)];
        // A texel lies within what lies together.
        step.DispatchElements("concat", constants, count, length % 4 == 0 ? 0b1u : 0, step.Inputs[input], step.Output);
    }
}
