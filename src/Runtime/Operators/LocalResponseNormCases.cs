namespace SoftPool.Operators;

/// <summary>The cases of <see cref="LocalResponseNorm"/>: windows within the channels and beyond them.</summary>
internal static class LocalResponseNormCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new LocalResponseNorm(5, 0.75, 1, 0.5), new(6, 7, 5), 2) { IsSelfTest = true },
        .. from beta in (double[])[0.5, 0.75, 1]
           from row in ((TensorShape Input, int Size)[])
           [
               (new(9, 5, 7), 5), (new(2, 3, 4), 5), (new(4, 6), 1), (new(3, 2, 3, 2), 3),
           ]
           select new OperatorCase(new LocalResponseNorm(row.Size, beta, 1.5, 0.7), row.Input, 3),
        new(new LocalResponseNorm(5, 0.75, 1, 1e-4), new(64, 7, 9), 2),
        new(new LocalResponseNorm(5, 0.75, 1e-3, 20), new(6, 7, 9), 2),
    ];
}
