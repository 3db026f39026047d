namespace SoftPool.Operators;

/// <summary>The cases of <see cref="ConstantPad"/>: each axis.</summary>
internal static class ConstantPadCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new ConstantPad(2, 1, 2, -1.5), new(3, 7, 5), 2) { IsSelfTest = true },
        new(new ConstantPad(1, 2, 0, 0), new(3, 4, 5), 3),
        new(new ConstantPad(3, 0, 3, 7), new(2, 3, 4), 1),
        new(new ConstantPad(1, 3, 1, 0.25), new(5), 4),
        new(new ConstantPad(4, 1, 1, -2), new(2, 3, 2, 3), 2),
    ];
}
