namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Elementwise"/> operators, also with an input that is repeated along axes, and with
/// two that are.</summary>
internal static class ElementwiseCases
{
    internal static (TensorShape Input, int Batch)[] Shapes =>
        [(new(1), 1), (new(7), 17), (new(3, 5, 7), 3), (new(3, 5, 7), 4), (new(3, 5, 8), 3)];

    private static Elementwise[] Operations =>
    [
        new Add(), new Subtract(), new Multiply(), new Divide(), new Maximum(), new Minimum(), new Equal(),
        new Greater(), new GreaterEqual(), new Less(), new LessEqual(), new LogicalAnd(), new LogicalOr(),
        new LogicalXor(),
    ];

    public static IEnumerable<OperatorCase> All { get; } =
    [
        .. from op in (Operator[])[new Add(), new Subtract(), new Multiply()]
           from shape in (TensorShape[])[new(3, 7, 5), new(3, 7, 8)]
           select OperatorCase.OfTwo(op, new LeakyReLU(-0.5), shape, 2) with { IsSelfTest = true },
        .. from op in (Operator[])[new Divide(), new Maximum(), new Less()]
           select OperatorCase.OfTwo(op, new LeakyReLU(-0.5), new(3, 7, 8), 1) with { IsSelfTest = true },
        // Both are repeated.
        OperatorCase.OfTwo(new Add(), new Slice(2, 0, 1, 1), new(3, 1, 8), 2) with { IsSelfTest = true },
        Outer(new Subtract(), new(3, 7, 5), 2) with { IsSelfTest = true },
        Outer(new Multiply(), new(4, 3, 8), 2) with { IsSelfTest = true },
        .. from op in Operations
           from row in Shapes
           select OperatorCase.OfTwo(op, new LeakyReLU(-0.5), row.Input, row.Batch),
        // What a convolution's kernel adds on the way: by single pixels, and of sums that are divided; Winograd's
        // algorithm.
        OperatorCase.OfTwo(new Add(), new Conv2d(12, 12, 1, 1, 0), new(12, 6, 10), 2) with { IsSelfTest = true },
        OperatorCase.OfTwo(new Add(), new Conv2d(24, 24, 3, 1, 1), new(24, 9, 7), 2) with { IsSelfTest = true },
        OperatorCase.OfTwo(new Add(), new Conv2d(9, 9, 5, 1, 2), new(9, 10, 9), 2) with { IsSelfTest = true },
        OperatorCase.OfTwo(new Add(), new GlobalAvgPool(), new(5, 3, 7), 3),
        OperatorCase.OfTwo(new Multiply(), new GlobalAvgPool(), new(5, 7), 2),
        OperatorCase.OfTwo(new Add(), new GlobalAvgPool(), new(6, 3, 7), 2),
        OperatorCase.OfTwo(new Multiply(), new GlobalAvgPool(), new(8, 3, 4), 3),
        OperatorCase.OfTwo(new Maximum(), new GlobalAvgPool(), new(3, 7), 2),
        OperatorCase.OfTwo(new Minimum(), new GlobalAvgPool(), new(8, 3, 4), 3),
        .. from shape in (TensorShape[])[new(5, 3, 7), new(3, 2, 6), new(4, 1, 3), new(4, 6), new(1, 3, 5)]
           select OperatorCase.OfTwo(new Subtract(), new Slice(1, 0, 1, 1), shape, 2),
        .. from dim in (int[])[2, 3, 4]
           from shape in (TensorShape[])[new(3, 4, 5, 7), new(2, 3, 4, 4)]
           select OperatorCase.OfTwo(new Subtract(), new Slice(dim, 1, 1, 1), shape, 2),
        OperatorCase.OfTwo(new Multiply(), new Slice(1, 1, 1, 1), new(3, 4, 5), 3),
        OperatorCase.OfTwo(new Subtract(), new GlobalAvgPool(), new(5, 3, 7), 3),
        .. from op in (Elementwise[])[new Subtract(), new Greater()]
           from shape in (TensorShape[])[new(3, 7, 5), new(2, 4, 8), new(5, 1, 3), new(1, 6, 4)]
           select Outer(op, shape, 3),
        Ratio(new Divide(), new Hardtanh(-50, 50), new Hardtanh(0.5, 2), new(3, 5, 7)),
        Ratio(new Divide(), new Hardtanh(-50, 50), new Hardtanh(-2, -0.5), new(3, 5, 8)),
        Ratio(new Pow(), new Hardtanh(0.1, 3), new Hardtanh(-2, 3), new(3, 5, 7)) with { IsSelfTest = true },
        Ratio(new Pow(), new Hardtanh(0.2, 1.5), new Hardtanh(-3, 5), new(3, 5, 8)),
    ];

    /// <summary>A column and a row of a map, each repeated along the other.</summary>
    private static OperatorCase Outer(Operator op, TensorShape input, int batch) => new(
        [
            new Layer("column", new Slice(3, 0, 1, 1), [ModelGraph.InputName]),
            new Layer("row", new Slice(2, 0, 1, 1), [ModelGraph.InputName]),
            new Layer("layer", op, ["column", "row"]),
        ], input, batch);

    private static OperatorCase Ratio(Operator op, Operator left, Operator right, TensorShape input) => new(
        [
            new Layer("backwards", new Slice(1, input[0] - 1, input[0], -1), [ModelGraph.InputName]),
            new Layer("right", right, ["backwards"]), new Layer("left", left, [ModelGraph.InputName]),
            new Layer("layer", op, ["left", "right"]),
        ], input, 2);
}
