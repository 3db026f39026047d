namespace SoftPool.Operators;

/// <summary>The cases of <see cref="LogSoftmax"/>: few channels, and so many that their sums are split; other
/// axes.</summary>
internal static class LogSoftmaxCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new LogSoftmax(1), new(7, 3, 5), 2) { IsSelfTest = true },
        new(new LogSoftmax(1), new(4101), 1),
        new(new LogSoftmax(1), new(1), 3),
        new(new LogSoftmax(2), new(3, 5, 8), 2),
        new(new LogSoftmax(3), new(3, 5, 7), 2),
    ];
}
