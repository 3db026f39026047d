namespace SoftPool.Operators;

/// <summary>The cases of <see cref="MatMul"/>: sums of less and of more than a block, of whole texels and not, and one
/// matrix for all on either side.</summary>
internal static class MatMulCases
{
    private static readonly Permute Turned = new([1, 3, 2]);

    public static IEnumerable<OperatorCase> All { get; } =
    [
        OperatorCase.OfTwo(new MatMul(), Turned, new(3, 5, 7), 2) with { IsSelfTest = true },
        OperatorCase.OfTwo(new MatMul(), Turned, new(2, 8, 12), 2) with { IsSelfTest = true },
        .. from shape in (TensorShape[])[new(1, 1, 1), new(2, 3, 130), new(1, 4, 128), new(2, 12, 68), new(3, 13, 2)]
           select OperatorCase.OfTwo(new MatMul(), Turned, shape, 3),
        OperatorCase.OfTwo(new MatMul(), new Permute([2, 1]), new(9, 6), 4),
        OperatorCase.OfTwo(new MatMul(), new Permute([1, 2, 4, 3]), new(2, 3, 4, 8), 2),
        // (9, 9) and (9, 2).
        OperatorCase.OfTwo(new MatMul(), new Slice(3, 1, 2, 5), new(3, 9, 9), 2),
        OperatorCase.OfTwo(new MatMul(), new Slice(1, 1, 1, 1), new(3, 5, 5), 2),
        new(
            [new("second", new Slice(1, 1, 1, 1)), new("layer", new MatMul(), ["second", ModelGraph.InputName])],
            new(3, 4, 4), 2),
    ];
}
