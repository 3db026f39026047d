using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>The real cells under one pooling window, as places in a channel's map. Padding is left out.</summary>
/// <param name="Place">The window's own place in the output's map.</param>
/// <param name="Rows">Its cells' places in the input's map, row by row.</param>
/// <param name="PaddedRows">The number of rows it has with padding, but without what ceil mode adds beyond.</param>
/// <param name="PaddedColumns">The cells of each of these, in the same way.</param>
internal sealed record PoolWindow(int Place, int[][] Rows, int PaddedRows, int PaddedColumns)
{
    /// <summary>All cells, in the same order.</summary>
    public int[] Cells { get; } = [.. Rows.SelectMany(row => row)];

    /// <summary>The cells in slices; the last ones are empty where padding takes their place.</summary>
    public IEnumerable<int[]> SlicesOf(Slices slices) =>
        Enumerable.Range(0, slices.Count)
            .Select(slice => Cells.Skip(slice * slices.Length).Take(slices.Length).ToArray());

    /// <summary>The windows of all places that are wanted, in order.</summary>
    public static IEnumerable<PoolWindow> All(Window window, ReferenceStep step) =>
        All(window, step.InputShape, step.OutputShape, step.WantedPlaces());

    private static IEnumerable<PoolWindow> All(Window window, TensorShape input, TensorShape output, bool[]? wanted)
    {
        Size3d map = Window.Extents(input), places = Window.Extents(output);
        int place = 0;
        for (int h = 0; h < places.Depth; h++)
            for (int i = 0; i < places.Height; i++)
                for (int j = 0; j < places.Width; j++, place++)
                {
                    if (wanted is not null && !wanted[place])
                        continue;
                    Axis depth = new(h, window.Kernel.Depth, window.Stride.Depth, window.Padding.Depth, map.Depth);
                    Axis rows = new(i, window.Kernel.Height, window.Stride.Height, window.Padding.Height, map.Height);
                    Axis columns = new(j, window.Kernel.Width, window.Stride.Width, window.Padding.Width, map.Width);
                    int[][] cells =
                    [
                        .. from z in depth.Real
                           from y in rows.Real
                           select columns.Real.Select(x => (z * map.Height + y) * map.Width + x).ToArray(),
                    ];
                    yield return new PoolWindow(
                        place, cells, depth.PaddedCount * rows.PaddedCount, columns.PaddedCount);
                }
    }

    /// <summary>A window along one axis.</summary>
    private readonly record struct Axis(int Place, int Kernel, int Stride, int Padding, int Extent)
    {
        public int PaddedCount => Math.Min(Begin + Kernel, Extent + Padding) - Begin;

        public IEnumerable<int> Real
        {
            get
            {
                int first = Math.Max(Begin, 0);
                return Enumerable.Range(first, Math.Min(Begin + Kernel, Extent) - first);
            }
        }

        private int Begin => Place * Stride - Padding;
    }
}
