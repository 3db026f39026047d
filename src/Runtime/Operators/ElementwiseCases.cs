namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Add"/>, <see cref="Subtract"/> and <see cref="Multiply"/>, also with a second input
/// that is stretched over the map or the channels.</summary>
internal static class ElementwiseCases
{
    internal static (TensorShape Input, int Batch)[] Shapes =>
        [(new(1), 1), (new(7), 17), (new(3, 5, 7), 3), (new(3, 5, 7), 4), (new(3, 5, 8), 3)];

    public static IEnumerable<OperatorCase> All { get; } =
    [
        .. from op in (Operator[])[new Add(), new Subtract(), new Multiply()]
           from shape in (TensorShape[])[new(3, 7, 5), new(3, 7, 8)]
           select OperatorCase.OfTwo(op, new LeakyReLU(-0.5), shape, 2) with { IsSelfTest = true },
        .. from op in (Operator[])[new Add(), new Subtract(), new Multiply()]
           from row in Shapes
           select OperatorCase.OfTwo(op, new LeakyReLU(-0.5), row.Input, row.Batch),
        OperatorCase.OfTwo(new Add(), new GlobalAvgPool(), new(5, 3, 7), 3),
        OperatorCase.OfTwo(new Multiply(), new GlobalAvgPool(), new(5, 7), 2),
        OperatorCase.OfTwo(new Add(), new GlobalAvgPool(), new(6, 3, 7), 2),
        OperatorCase.OfTwo(new Multiply(), new GlobalAvgPool(), new(8, 3, 4), 3),
        .. from shape in (TensorShape[])[new(5, 3, 7), new(3, 2, 6), new(4, 1, 3), new(4, 6), new(1, 3, 5)]
           select OperatorCase.OfTwo(new Subtract(), new Slice(1, 0, 1, 1), shape, 2),
        OperatorCase.OfTwo(new Multiply(), new Slice(1, 1, 1, 1), new(3, 4, 5), 3),
        OperatorCase.OfTwo(new Subtract(), new GlobalAvgPool(), new(5, 3, 7), 3),
    ];
}
