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
        OperatorCase.OfTwo(new Concat(), new Conv2d(3, 2, 3, 1, 1), new(3, 5, 7), 3),
    ];
}
