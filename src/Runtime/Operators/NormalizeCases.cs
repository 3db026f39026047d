namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Normalize"/>: both orders, short and long axes, before others and behind.</summary>
internal static class NormalizeCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new Normalize(2, 1), new(5, 3, 4), 2) { IsSelfTest = true },
        new(new Normalize(1, 2), new(3, 7), 2) { IsSelfTest = true },
        new(new Normalize(2, 2), new(2, 301), 1) { IsSelfTest = true },
        new(new Normalize(1, 2, 20), new(3, 7, 5), 2),
        new(new Normalize(2, 1), new(9), 3),
        new(new Normalize(2, 3), new(2, 3, 1), 1),
    ];
}
