namespace SoftPool.Torch;

/// <summary>
/// The windows on maps of up to three axes; a map of fewer has leading axes of one cell. A map's cells and its windows
/// are numbered row by row.
/// </summary>
internal sealed record Windows(Axis Depth, Axis Height, Axis Width)
{
    /// <summary>Cells of a map.</summary>
    public long Cells => (long)Depth.Input * Height.Input * Width.Input;

    /// <summary>Windows on a map.</summary>
    public long Count => (long)Depth.Output * Height.Output * Width.Output;

    /// <summary>Cells of the largest window that are in the map.</summary>
    public int LargestWindow => Math.Min(Depth.Kernel, Depth.Input) * Math.Min(Height.Kernel, Height.Input)
        * Math.Min(Width.Kernel, Width.Input);

    /// <summary>Infers the numbers of windows along one to three axes.</summary>
    /// <exception cref="ArgumentException">A value is out of range, or the window does not fit on the
    /// input.</exception>
    public static Windows Of(
        string function, ReadOnlySpan<long> input, long[] kernel, long[] stride, long[] padding, bool ceilMode)
    {
        Axis[] axes = [Axis.Single, Axis.Single, Axis.Single];
        int missing = axes.Length - input.Length;
        for (int i = 0; i < input.Length; i++)
            axes[missing + i] = Axis.Of(function, input[i], kernel[i], stride[i], padding[i], ceilMode);
        return new Windows(axes[0], axes[1], axes[2]);
    }

    /// <summary>Lists a window's cells that are in the map.</summary>
    /// <returns>How many there are; at least one.</returns>
    public int CellsOf(int window, Span<int> cells)
    {
        (int row, int ow) = Math.DivRem(window, Width.Output);
        (int od, int oh) = Math.DivRem(row, Height.Output);
        int count = 0;
        for (int d = Depth.First(od); d < Depth.End(od); d++)
            for (int h = Height.First(oh); h < Height.End(oh); h++)
                for (int w = Width.First(ow); w < Width.End(ow); w++)
                    cells[count++] = (d * Height.Input + h) * Width.Input + w;
        return count;
    }
}
