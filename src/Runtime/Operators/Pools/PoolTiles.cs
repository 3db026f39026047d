using SoftPool.Kernels;

namespace SoftPool.Operators.Pools;

/// <summary>The tiles of outputs that pool_tile.glsl computes in one invocation: 2 rows of 4, of windows of 3x3 with a
/// stride of 2.</summary>
internal static class PoolTiles
{
    private const int Columns = 4;
    private const int Rows = 2;

    /// <summary>The cells of all windows of a tile.</summary>
    public const int Cells = Rows * Columns * 9;

    /// <summary>The tiles of one map.</summary>
    public static long PerMap(LoweringStep step)
    {
        Size3d places = Window.Extents(step.OutputShape);
        return (long)Division.RoundUp(places.Height, Rows) * Division.RoundUp(places.Width, Columns);
    }

    /// <summary>Whether the tiles are for this pooling. They are not for strict numerics, which has one order of
    /// sums.</summary>
    public static bool Fit(Pooling pooling, LoweringStep step)
    {
        Window window = pooling.WindowOn(step.InputShape);
        Size3d map = Window.Extents(step.InputShape), places = Window.Extents(step.OutputShape);
        return !step.Options.IsStrict
            && window is { Kernel: { Depth: 1, Height: 3, Width: 3 }, Stride: { Height: 2, Width: 2 } }
            && map.Depth == 1 && step.Input.Count % 4 == 0
            && FitAlong(map.Height, places.Height, window.Padding.Height) && FitAlong(map.Width, places.Width, window.Padding.Width);

        // The middle of the last window lies on the map, or all of it.
        bool FitAlong(int extent, int windows, int padding) => pooling.TilesReachBeyond
            ? 2 * (windows - 1) + 1 - padding < extent
            : padding == 0 && 2 * (windows - 1) + 2 < extent;
    }

    /// <summary>Whether no form of a kernel by tiles is left, neither the one that reads these as texels nor the
    /// other.</summary>
    public static bool IsRejected(LoweringStep step, string kernel, params ReadOnlySpan<long> counts) =>
        !step.TakesTexels(kernel, counts) && step.IsRejected(kernel);
}
