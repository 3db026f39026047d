using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>The base of the padding operators that repeat elements of the input: (C, H, W) to (C, H + Top + Bottom, W +
/// Left + Right).</summary>
/// <param name="Left">The columns added on the left, 0 to 4096.</param>
/// <param name="Right">The columns added on the right, 0 to 4096.</param>
/// <param name="Top">The rows added at the top, 0 to 4096.</param>
/// <param name="Bottom">The rows added at the bottom, 0 to 4096.</param>
public abstract record BorderPad2d(int Left, int Right, int Top, int Bottom) : UnaryOperator
{
    private const int Largest = 4096;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"left {Left}, right {Right}, top {Top}, bottom {Bottom}";

    /// <summary>The most elements beyond an end of an axis.</summary>
    private protected abstract int Reach(int extent);

    /// <summary>Which element of an axis stands at a place before its first or behind its last.</summary>
    private protected abstract int PlaceOf(int place, int extent);

    /// <summary>(C, H, W) to (C, H + top + bottom, W + left + right).</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        string name = GetType().Name;
        if (input.Rank != 3)
            throw new ShapeMismatchException($"{name} takes (C, H, W); got {input}.");
        int rows = Math.Min(Reach(input[1]), Largest), columns = Math.Min(Reach(input[2]), Largest);
        if (Math.Min(Top, Bottom) < 0 || Math.Max(Top, Bottom) > rows
            || Math.Min(Left, Right) < 0 || Math.Max(Left, Right) > columns)
            throw new ShapeMismatchException(
                $"{name} takes paddings of 0 to {rows} rows and {columns} columns on {input}; got {Attributes}.");
        return new TensorShape(input[0], input[1] + Top + Bottom, input[2] + Left + Right);
    }

    internal override void Compute<T>(ReferenceStep step) => TapSums.Compute<T>(
        Axis(step.InputShape[1], step.OutputShape[1], Top), Axis(step.InputShape[2], step.OutputShape[2], Left), step);

    internal override void Lower(LoweringStep step) => TapSums.Lower(
        Axis(step.InputShape[1], step.OutputShape[1], Top), Axis(step.InputShape[2], step.OutputShape[2], Left), step);

    private TapAxis Axis(int extent, int outputs, int before) => TapAxis.OfOne(
        outputs,
        place => place >= before && place < before + extent ? place - before : PlaceOf(place - before, extent));
}

/// <summary>Pads with the reflection of the input at its edges, as torch.nn.ReflectionPad2d. The edge itself is not
/// repeated.</summary>
/// <param name="Left">The columns added on the left, 0 to 4096 and fewer than the input's width.</param>
/// <param name="Right">The columns added on the right, 0 to 4096 and fewer than the input's width.</param>
/// <param name="Top">The rows added at the top, 0 to 4096 and fewer than the input's height.</param>
/// <param name="Bottom">The rows added at the bottom, 0 to 4096 and fewer than the input's height.</param>
public sealed record ReflectionPad2d(int Left, int Right, int Top, int Bottom) : BorderPad2d(Left, Right, Top, Bottom)
{
    private protected override int Reach(int extent) => extent - 1;

    private protected override int PlaceOf(int place, int extent) => place < 0 ? -place : 2 * (extent - 1) - place;
}

/// <summary>Pads with copies of the input's edge, as torch.nn.ReplicationPad2d.</summary>
/// <param name="Left">The columns added on the left, 0 to 4096.</param>
/// <param name="Right">The columns added on the right, 0 to 4096.</param>
/// <param name="Top">The rows added at the top, 0 to 4096.</param>
/// <param name="Bottom">The rows added at the bottom, 0 to 4096.</param>
public sealed record ReplicationPad2d(int Left, int Right, int Top, int Bottom) : BorderPad2d(Left, Right, Top, Bottom)
{
    private protected override int Reach(int extent) => int.MaxValue;

    private protected override int PlaceOf(int place, int extent) => place < 0 ? 0 : extent - 1;
}
