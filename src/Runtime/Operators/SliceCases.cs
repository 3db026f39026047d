namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Slice"/>: each axis, forwards and backwards.</summary>
internal static class SliceCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new Slice(1, 5, 3, -2), new(6, 7, 5), 2) { IsSelfTest = true },
        new(new Slice(2, 1, 3, 2), new(6, 7, 8), 2) { IsSelfTest = true },
        .. from slice in (Slice[])
           [
               new(1, 1, 2, 1), new(1, 2, 3, -1), new(2, 1, 2, 3), new(2, 4, 1, 1), new(3, 6, 3, -3), new(3, 0, 8, 1),
           ]
           select new OperatorCase(slice, new(3, 5, 8), 3),
        new(new Slice(1, 6, 3, -2), new(7), 2),
        new(new Slice(2, 1, 4, 1), new(2, 5, 4, 3), 1),
    ];
}
