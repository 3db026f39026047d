using System.Globalization;
using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>Puts a number before and behind the places of one axis, as torch.nn.functional.pad in mode
/// constant.</summary>
/// <param name="Dim">The axis, counted as in PyTorch: 1 is the channels. 0, the batch, is not allowed.</param>
/// <param name="Before">How many places are added before the first, 0 to 4096.</param>
/// <param name="After">How many places are added behind the last, 0 to 4096.</param>
/// <param name="Fill">The number; finite as a 32-bit float.</param>
public sealed record ConstantPad(int Dim, int Before, int After, double Fill) : UnaryOperator
{
    private const int Largest = 4096;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes =>
        string.Create(CultureInfo.InvariantCulture, $"axis {Dim}, {Before} before, {After} after, fill {Fill}");

    /// <summary>(C, ...) to the same with a larger extent of the axis.</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        if (Dim < 1 || Dim > input.Rank)
            throw new ShapeMismatchException(
                $"ConstantPad takes an axis of 1 to {input.Rank} on {input}; got {Attributes}.");
        if (Math.Min(Before, After) < 0 || Math.Max(Before, After) > Largest || !float.IsFinite((float)Fill))
            throw new ShapeMismatchException(
                $"ConstantPad takes 0 to {Largest} places and a number that is finite as a float; got {Attributes}.");
        return input.With(Dim, (int)Math.Min(input[Dim - 1] + (long)Before + After, int.MaxValue));
    }

    internal override void Compute<T>(ReferenceStep step)
    {
        (int extent, int inner) = (step.InputShape[Dim - 1], step.InputShape.Inner(Dim));
        step.Output.Fill(T.Of((float)Fill).Stored);
        for (int row = 0; row < step.Input.Length / inner; row++)
        {
            int to = row / extent * (Before + extent + After) + Before + row % extent;
            step.Input.Slice(row * inner, inner).CopyTo(step.Output[(to * inner)..]);
        }
    }

    internal override void Lower(LoweringStep step)
    {
        int count = step.Batch * step.OutputShape.ElementCount;
        step.Dispatch(
            "constant_pad",
            [
                ("COUNT", count), ("EXTENT", step.InputShape[Dim - 1]), ("OUT_EXTENT", step.OutputShape[Dim - 1]),
                ("INNER", step.InputShape.Inner(Dim)), ("BEFORE", Before),
                ("VALUE_BITS", BitConverter.SingleToUInt32Bits((float)Fill)),
            ],
            GroupCount.Linear(count), step.Input, step.Output);
    }
}
