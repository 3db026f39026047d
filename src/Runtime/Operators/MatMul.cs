using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>The matrix product of two inputs, as torch.matmul: (..., M, K) and (..., K, N) to (..., M, N).</summary>
public sealed record MatMul : Operator
{
    // As in matmul.comp: the terms that are summed by themselves, and the rows and columns of an invocation.
    internal const int Block = 64;
    private const int Tile = 4;

    /// <summary>Returns (..., M, N) for inputs (..., M, K) and (..., K, N). Both inputs have the same number of axes.
    /// Their leading axes are the same, or are all 1 in one of the inputs.</summary>
    /// <inheritdoc/>
    public override TensorShape InferShape(params ReadOnlySpan<TensorShape> inputs)
    {
        if (inputs.Length != 2)
            throw new ShapeMismatchException($"MatMul takes two inputs; got {inputs.Length}.");
        (TensorShape left, TensorShape right) = (inputs[0], inputs[1]);
        bool fits = left.Rank > 1 && left.Rank == right.Rank && left[^1] == right[^2]
            && (CountOf(left) == 1 || CountOf(right) == 1 || left.Extents[..^2].SequenceEqual(right.Extents[..^2]));
        return fits
            ? new TensorShape([.. (CountOf(left) == 1 ? right : left).Extents[..^2], left[^2], right[^1]])
            : throw new ShapeMismatchException(
                "MatMul takes (..., M, K) and (..., K, N) whose leading axes are the same, or 1 in one of them; "
                + $"got {left} and {right}.");
    }

    internal override void Compute<T>(ReferenceStep step) => MatMulReference.Compute<T>(step);

    internal override void Lower(LoweringStep step)
    {
        (TensorShape left, TensorShape right) = (step.InputShape, step.InputShapes[1]);
        (int rows, int terms, int columns) = (left[^2], left[^1], right[^1]);
        int matrices = CountOf(step.OutputShape);
        bool isWhole = terms % 4 == 0 && columns % 4 == 0;
        bool texels = isWhole && step.TakesTexels("matmul", step.Inputs[0].Count, step.Inputs[1].Count);
        long tiles = (long)step.Batch * matrices * Division.RoundUp(rows, Tile) * Division.RoundUp(columns, Tile);
        step.Dispatch(
            "matmul",
            [
                ("BATCH", step.Batch), ("MATRICES", matrices), ("LEFT_MATRICES", CountOf(left)),
                ("RIGHT_MATRICES", CountOf(right)), ("ROWS", rows), ("TERMS", terms), ("COLUMNS", columns),
            ],
            GroupCount.Linear(tiles), texels ? 0b11u : 0, LoopIterations.Of(Division.RoundUp(terms, Block), Block / 4),
            step.Inputs[0], step.Inputs[1], step.Output);
    }

    /// <summary>The number of matrices of an item.</summary>
    internal static int CountOf(TensorShape shape) => shape.ElementCount / (shape[^2] * shape[^1]);
}
