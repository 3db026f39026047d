namespace SoftPool.Operators;

/// <summary>The cases of <see cref="ZeroPad2d"/>.</summary>
internal static class ZeroPad2dCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new ZeroPad2d(1, 2, 3, 0), new(3, 7, 5), 2) { IsSelfTest = true },
        new(new ZeroPad2d(0, 1, 0, 1), new(3, 5, 7), 2),
        new(new ZeroPad2d(2, 0, 3, 1), new(5, 1, 4), 3),
        new(new ZeroPad2d(0, 0, 0, 9), new(1, 1, 1), 1),
    ];
}
