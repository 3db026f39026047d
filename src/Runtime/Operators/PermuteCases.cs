namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Permute"/>: a last axis that stays, of whole texels and not, and one that does
/// not.</summary>
internal static class PermuteCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new Permute([2, 1, 3]), new(3, 5, 8), 2) { IsSelfTest = true },
        new(new Permute([3, 1, 2]), new(3, 5, 7), 2) { IsSelfTest = true },
        new(new Permute([2, 1]), new(5, 7), 3),
        new(new Permute([1, 2, 3]), new(5, 3, 7), 2),
        new(new Permute([2, 1, 3]), new(5, 3, 7), 3),
        new(new Permute([3, 2, 1]), new(2, 1, 6), 2),
        new(new Permute([4, 3, 2, 1]), new(2, 3, 4, 5), 2),
        // The two rearrangements of depth to space, as ONNX has them.
        new(new Permute([1, 4, 2, 5, 3]), new(3, 2, 2, 5, 7), 2),
        new(new Permute([3, 4, 1, 5, 2]), new(2, 2, 3, 5, 8), 1),
    ];
}
