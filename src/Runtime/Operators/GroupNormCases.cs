namespace SoftPool.Operators;

/// <summary>The cases of <see cref="GroupNorm"/>: a group a channel, and of all; rows in whole texels and not; long
/// ones, whose moments are those of slices.</summary>
internal static class GroupNormCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new GroupNorm(2, 6), new(6, 3, 5), 2) { IsSelfTest = true },
        new(new GroupNorm(3, 3, 1e-3), new(3, 8, 4), 2) { IsSelfTest = true },
        new(new GroupNorm(2, 4), new(4, 13, 11), 2) { IsSelfTest = true },
        new(new GroupNorm(2, 2), new(2, 20, 18), 1) { IsSelfTest = true },
        // Longer than what one workgroup sums.
        new(new GroupNorm(1, 2), new(2, 47, 45), 1) { IsSelfTest = true },
        new(new GroupNorm(1, 5) { Affine = false }, new(5, 7), 3),
        new(new GroupNorm(4, 8), new(8, 1), 3),
        new(new GroupNorm(2, 4), new(4, 2, 3, 5), 2),
        new(new GroupNorm(2, 2) { Affine = false }, new(2, 130, 41), 1),
    ];
}
