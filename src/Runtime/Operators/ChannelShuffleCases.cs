namespace SoftPool.Operators;

/// <summary>The cases of <see cref="ChannelShuffle"/>: planes of whole texels and not.</summary>
internal static class ChannelShuffleCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new ChannelShuffle(3), new(6, 5, 7), 3),
        new(new ChannelShuffle(2), new(6, 5, 8), 3), new(new ChannelShuffle(8), new(8, 4), 3),
        new(new ChannelShuffle(1), new(4, 2, 3, 2), 3),
    ];
}
