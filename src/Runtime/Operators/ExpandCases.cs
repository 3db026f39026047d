namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Expand"/> and <see cref="ConstantTensor"/>, alone and beside a layer.</summary>
internal static class ExpandCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new Expand(new(3, 7, 5)), new(3, 1, 5), 2) { IsSelfTest = true },
        .. from row in ((TensorShape Input, TensorShape Output)[])
           [
               (new(3, 1, 8), new(3, 5, 8)), (new(1, 4, 8), new(3, 4, 8)), (new(3, 5, 1), new(3, 5, 7)),
               (new(1, 5, 1), new(3, 5, 8)), (new(1, 1, 1), new(2, 3, 4)), (new(1), new(5)), (new(3, 4), new(3, 4)),
               (new(2, 1, 3, 1, 4), new(2, 5, 3, 2, 4)),
           ]
           from batch in (int[])[1, 3]
           select new OperatorCase(new Expand(row.Output), row.Input, batch),
        new(new ConstantTensor(new(3, 5)), new(2), 4),
        new(new ConstantTensor(new(8)), new(2, 3), 3),
        OperatorCase.OfTwo(new Maximum(), new ConstantTensor(new(1, 5, 7)), new(3, 1, 7), 2) with { IsSelfTest = true },
        OperatorCase.OfTwo(new Maximum(), new ConstantTensor(new(3, 1, 8)), new(1, 4, 8), 2),
    ];
}
