namespace SoftPool.Operators;

/// <summary>The cases of <see cref="IndexSelect"/>: each axis, places in any order and more than once.</summary>
internal static class IndexSelectCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new IndexSelect(1, [5, 0, 0, 3]), new(6, 7, 5), 2) { IsSelfTest = true },
        new(new IndexSelect(2, [1, 6, 2]), new(6, 7, 8), 2) { IsSelfTest = true },
        new(new IndexSelect(3, [4, 4, 0, 1, 3, 2, 4]), new(2, 3, 5), 3),
        new(new IndexSelect(1, [0]), new(1), 1),
        new(new IndexSelect(1, [6, 0, 3]), new(7), 4),
        new(new IndexSelect(2, [3, 1]), new(2, 4, 3, 4), 1),
    ];
}
