namespace SoftPool.Operators;

/// <summary>The cases of <see cref="TopK"/> and <see cref="TopKIndices"/>: one element, some and all, along axes before
/// others and behind; many elements alike.</summary>
internal static class TopKCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new TopK(3, 1, Largest: true), new(7, 3, 5), 2) { IsSelfTest = true },
        new(new TopKIndices(2, 2, Largest: false), new(3, 8), 2) { IsSelfTest = true },
        new(new TopK(70, 1, Largest: false), new(70), 3),
        new(new TopKIndices(1, 1, Largest: true), new(70), 3),
        new(new TopK(1, 3, Largest: true), new(2, 3, 1), 1),
        OperatorCase.Chain(new(2, 40), 2, new Hardtanh(-0.5, 0.5), new TopKIndices(30, 2, Largest: true)),
    ];
}
