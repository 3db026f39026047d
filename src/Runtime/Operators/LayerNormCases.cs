namespace SoftPool.Operators;

/// <summary>The cases of <see cref="LayerNorm"/>: rows of less and of more than a block, of whole texels and
/// not.</summary>
internal static class LayerNormCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new LayerNorm(new(7)), new(5, 7), 2) { IsSelfTest = true },
        new(new LayerNorm(new(68)), new(3, 68), 2) { IsSelfTest = true },
        new(new LayerNorm(new(130), 1e-6), new(3, 130), 1),
        new(new LayerNorm(new(1)), new(3, 1), 2),
        new(new LayerNorm(new(64)), new(64), 3),
        new(new LayerNorm(new(9)) { ElementwiseAffine = false }, new(2, 3, 9), 2),
        new(new LayerNorm(new(5, 6), 0.1), new(3, 5, 6), 2),
        new(new LayerNorm(new(5003)), new(2, 5003), 1),
    ];
}
