namespace SoftPool.Operators;

/// <summary>The cases of <see cref="BatchNorm2d"/>. A batch of 2 makes no whole texels of some shapes, one of 4
/// does.</summary>
internal static class BatchNorm2dCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new BatchNorm2d(3), new(3, 7, 5), 2) { IsSelfTest = true },
        new(new BatchNorm2d(3), new(3, 7, 5), 4) { IsSelfTest = true },
        new(new BatchNorm2d(1), new(1, 1, 1), 1),
        new(new BatchNorm2d(7), new(7, 3, 5), 17),
        new(new BatchNorm2d(7), new(7, 3, 5), 4),
        new(new BatchNorm2d(5), new(5, 3, 8), 3),
        OperatorCase.Chain(
            new(3, 7, 5), 4, new Conv2d(3, 5, 3, 1, 1) { Bias = false }, new BatchNorm2d(5), new BatchNorm2d(5)),
    ];
}
