namespace SoftPool.Operators;

/// <summary>The cases of <see cref="PixelShuffle"/> and <see cref="PixelUnshuffle"/>.</summary>
internal static class PixelShuffleCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new PixelShuffle(2), new(12, 5, 7), 2),
        new(new PixelShuffle(3), new(9, 1, 4), 1), new(new PixelShuffle(1), new(2, 3, 5), 3),
        new(new PixelUnshuffle(2), new(3, 6, 8), 2), new(new PixelUnshuffle(3), new(1, 3, 6), 1),
    ];
}
