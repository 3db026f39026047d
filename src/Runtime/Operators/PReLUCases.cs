namespace SoftPool.Operators;

/// <summary>The cases of <see cref="PReLU"/>. A batch of 2 makes no whole texels of some shapes, one of 4
/// does.</summary>
internal static class PReLUCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        .. from slopes in (int[])[1, 3]
           from batch in (int[])[2, 4]
           select new OperatorCase(new PReLU(slopes), new(3, 7, 5), batch) { IsSelfTest = true },
        new(new PReLU(1), new(1), 1),
        new(new PReLU(7), new(7), 4),
        new(new PReLU(5), new(5, 3, 8), 3),
        new(new PReLU(2), new(2, 3, 3, 2), 17),
    ];
}
