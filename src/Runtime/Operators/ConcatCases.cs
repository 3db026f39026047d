namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Concat"/>.</summary>
internal static class ConcatCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        .. from shape in (TensorShape[])[new(3, 7, 5), new(3, 7, 8)]
           select OperatorCase.OfTwo(new Concat(), new LeakyReLU(-0.5), shape, 2) with { IsSelfTest = true },
        .. from row in ElementwiseCases.Shapes
           select OperatorCase.OfTwo(new Concat(), new LeakyReLU(-0.5), row.Input, row.Batch),
        OperatorCase.OfTwo(new Concat(2), new Slice(2, 1, 2, 2), new(3, 5, 7), 2),
        OperatorCase.OfTwo(new Concat(2), new Slice(2, 1, 2, 2), new(3, 5, 8), 2),
        OperatorCase.OfTwo(new Concat(3), new Slice(3, 1, 3, 2), new(3, 5, 8), 3),
        OperatorCase.OfTwo(new Concat(4), new ReLU(), new(2, 3, 2, 4), 1),
        OperatorCase.OfTwo(new Concat(), new Conv2d(3, 2, 3, 1, 1), new(3, 5, 7), 3),
    ];
}
