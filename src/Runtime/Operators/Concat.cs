using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>Concatenates the channels of all inputs, as torch.cat along dimension 1.</summary>
public sealed record Concat : Operator
{
    /// <summary>Returns (C1 + C2 + ..., ...) for inputs (C1, ...), (C2, ...) and so on. The inputs differ in the number
    /// of channels only.</summary>
    /// <inheritdoc/>
    public override TensorShape InferShape(params ReadOnlySpan<TensorShape> inputs)
    {
        if (inputs.IsEmpty)
            throw new ShapeMismatchException("Concat takes at least one input; got none.");
        TensorShape first = inputs[0];
        // A layer may be listed millions of times: the sum is a long, and the shape refuses what is too large.
        long channels = 0;
        foreach (TensorShape input in inputs)
        {
            if (input.Rank == 0 || !input.Extents[1..].SequenceEqual(first.Extents[1..]))
                throw new ShapeMismatchException(
                    $"Concat takes inputs that differ in channels alone; got {first} and {input}.");
            channels += input[0];
        }
        return channels <= int.MaxValue
            ? new TensorShape([(int)channels, .. first.Extents[1..]])
            : throw new ShapeMismatchException($"Concat gives at most {int.MaxValue} channels; got {channels}.");
    }

    internal override void Compute<T>(ReferenceStep step)
    {
        int begin = 0;
        foreach (float[] input in step.Inputs)
        {
            input.CopyTo(step.Output[begin..]);
            begin += input.Length;
        }
    }

    internal override void Lower(LoweringStep step)
    {
        int begin = 0;
        for (int i = 0; i < step.Inputs.Count; i++)
        {
            int length = step.InputShapes[i].ElementCount;
            int count = step.Batch * length;
            SpecializationConstant[] constants =
            [
                ("COUNT", count), ("LENGTH", length), ("OUT_LENGTH", step.OutputShape.ElementCount), ("OFFSET", begin),
            ];
            // A texel lies within an item.
            step.DispatchElements("concat", constants, count, length % 4 == 0 ? 0b1u : 0, step.Inputs[i], step.Output);
            begin += length;
        }
    }
}
