namespace SoftPool.Torch.Export.Converters;

/// <summary>TorchSharp's sizes as the runtime's.</summary>
internal static class Sizes
{
    /// <summary>The sizes along each axis: one for all axes, or one each.</summary>
    public static int[] Of(long[] sizes, int axes) => sizes.Length switch
    {
        1 => [.. Enumerable.Repeat(checked((int)sizes[0]), axes)],
        int count when count == axes => [.. sizes.Select(size => checked((int)size))],
        int count => throw new ShapeMismatchException($"{axes} sizes were expected; {count} came."),
    };

    public static Size2d Pair(long[] sizes) => Of(sizes, 2) is var both ? new Size2d(both[0], both[1]) : default;

    public static Size2d Pair((long, long) sizes) => Pair([sizes.Item1, sizes.Item2]);

    public static Size3d Triple(long[] sizes) =>
        Of(sizes, 3) is var all ? new Size3d(all[0], all[1], all[2]) : default;

    public static Size3d Triple((long, long, long) sizes) => Triple([sizes.Item1, sizes.Item2, sizes.Item3]);

    /// <summary>The axis without the batch counted, 1 being the first after it; 0 is the batch.</summary>
    public static int Axis(long dim, TensorShape item) => checked((int)(dim < 0 ? dim + item.Rank + 1 : dim));
}
