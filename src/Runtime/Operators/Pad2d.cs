using System.Text.Json.Serialization;

namespace SoftPool.Operators;

/// <summary>The base of the padding operators: (C, H, W) to (C, H + Top + Bottom, W + Left + Right).</summary>
/// <param name="Left">The columns added on the left, 0 to 4096.</param>
/// <param name="Right">The columns added on the right, 0 to 4096.</param>
/// <param name="Top">The rows added at the top, 0 to 4096.</param>
/// <param name="Bottom">The rows added at the bottom, 0 to 4096.</param>
public abstract record Pad2d(int Left, int Right, int Top, int Bottom) : UnaryOperator
{
    private const int Largest = 4096;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"left {Left}, right {Right}, top {Top}, bottom {Bottom}";

    /// <summary>The most elements that can be added at an end of an axis.</summary>
    private protected virtual int Reach(int extent) => int.MaxValue;

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
}
