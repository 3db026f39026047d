using System.Numerics;
using System.Runtime.InteropServices;

namespace SoftPool.Torch.Cpu;

/// <summary>
/// The sum of each window's cells, and its transpose, which adds each window's value to all its cells. A row of windows
/// is first summed along depth and height, in whole vectors, then along the width. Each cell holds one value, or as
/// many as whole vectors: its lanes.
/// </summary>
/// <param name="windows">The windows on a map.</param>
/// <param name="lanes">Values of a cell: one, or a multiple of a vector's.</param>
/// <param name="row">Memory for a row of cells: <see cref="RowLength"/> values, all zero.</param>
/// <param name="sums">Memory for a row of sums: <see cref="RowLength"/> values, all zero.</param>
/// <param name="spread">Memory for a row of windows: <see cref="RowLength"/> values, all zero.</param>
internal sealed class WindowSums<T>(Windows windows, int lanes, Memory<T> row, Memory<T> sums, Memory<T> spread)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Axis _depth = windows.Depth, _height = windows.Height, _width = windows.Width;
    // Below this, sums at every place along the row, in vectors, are cheaper than sums at the windows alone.
    private readonly bool _dense = windows.Width.Stride <= Vector<T>.Count;
    private readonly int _rowLength = windows.Width.Input * lanes, _outputLength = windows.Width.Output * lanes;
    private readonly int _rowVectors = (windows.Width.Input * lanes + Vector<T>.Count - 1) / Vector<T>.Count;

    /// <summary>A padded row, a window more on each side, and a vector that begins at its end.</summary>
    public static int RowLength(Windows windows, int lanes) =>
        (windows.Width.Input + 3 * windows.Width.Kernel) * lanes + 2 * Vector<T>.Count;

    /// <summary>Sums each window's cells.</summary>
    /// <param name="map">The cells; readable a vector beyond them.</param>
    /// <param name="output">A value for each window.</param>
    public void Sum(ReadOnlySpan<T> map, Span<T> output)
    {
        int done = 0;
        for (int od = 0; od < _depth.Output; od++)
        {
            for (int oh = 0; oh < _height.Output; oh++)
            {
                SumRows(map, od, oh);
                SumAlong(output.Slice(done, _outputLength));
                done += _outputLength;
            }
        }
    }

    /// <summary>Sets each cell to the sum of the values of the windows it is in.</summary>
    /// <param name="values">A value for each window.</param>
    /// <param name="map">The cells; writable a vector beyond them.</param>
    public void Spread(ReadOnlySpan<T> values, Span<T> map)
    {
        map.Clear();
        int done = 0;
        for (int od = 0; od < _depth.Output; od++)
        {
            for (int oh = 0; oh < _height.Output; oh++)
            {
                SpreadAlong(values.Slice(done, _outputLength));
                AddToRows(map, od, oh);
                done += _outputLength;
            }
        }
    }

    private void SumRows(ReadOnlySpan<T> map, int od, int oh)
    {
        Span<T> total = row.Span[(_width.Padding * lanes)..];
        Span<Vector<T>> totals = RowVectors(total);
        totals.Clear();
        for (int d = _depth.First(od); d < _depth.End(od); d++)
        {
            for (int h = _height.First(oh); h < _height.End(oh); h++)
            {
                ReadOnlySpan<Vector<T>> cells = RowVectors(map[((d * _height.Input + h) * _rowLength)..]);
                for (int i = 0; i < cells.Length; i++)
                    totals[i] += cells[i];
            }
        }
        // The last vector took cells of the next row with it.
        total[_rowLength..(totals.Length * Vector<T>.Count)].Clear();
    }

    private void SumAlong(Span<T> output)
    {
        ReadOnlySpan<T> cells = row.Span;
        if (lanes > 1)
            SumLanesAlong(output);
        else if (_dense)
        {
            Span<T> dense = sums.Span;
            SumAtEveryPlace(cells, dense, (output.Length - 1) * _width.Stride + 1);
            for (int o = 0, place = 0; o < output.Length; o++, place += _width.Stride)
                output[o] = dense[place];
        }
        else
        {
            for (int o = 0; o < output.Length; o++)
                output[o] = SumOf(cells.Slice(o * _width.Stride, _width.Kernel));
        }
    }

    private void SumLanesAlong(Span<T> output)
    {
        ReadOnlySpan<Vector<T>> cells = MemoryMarshal.Cast<T, Vector<T>>(row.Span);
        Span<Vector<T>> to = MemoryMarshal.Cast<T, Vector<T>>(output);
        int vectors = lanes / Vector<T>.Count, done = 0;
        for (int o = 0; o < _width.Output; o++)
        {
            ReadOnlySpan<Vector<T>> window = cells.Slice(o * _width.Stride * vectors, _width.Kernel * vectors);
            for (int lane = 0; lane < vectors; lane++)
            {
                Vector<T> sum = window[lane];
                for (int i = lane + vectors; i < window.Length; i += vectors)
                    sum += window[i];
                to[done++] = sum;
            }
        }
    }

    private void SpreadAlong(ReadOnlySpan<T> values)
    {
        Span<T> total = sums.Span;
        if (lanes > 1)
        {
            SpreadLanesAlong(values);
        }
        else if (_dense)
        {
            // A cell gets the windows that begin up to a kernel's width before it: values at the windows' places, zeros
            // between them, and then a sum at every place.
            Span<T> places = spread.Span;
            for (int o = 0, place = _width.Kernel - 1; o < values.Length; o++, place += _width.Stride)
                places[place] = values[o];
            SumAtEveryPlace(places[_width.Padding..], total, _width.Input);
        }
        else
        {
            total[.._width.Input].Clear();
            for (int o = 0; o < values.Length; o++)
            {
                T value = values[o];
                foreach (ref T cell in total[_width.First(o).._width.End(o)])
                    cell += value;
            }
        }
        total[_rowLength..(RowVectors(total).Length * Vector<T>.Count)].Clear();
    }

    private void SpreadLanesAlong(ReadOnlySpan<T> values)
    {
        ReadOnlySpan<Vector<T>> from = MemoryMarshal.Cast<T, Vector<T>>(values);
        Span<Vector<T>> total = RowVectors(sums.Span);
        total.Clear();
        int vectors = lanes / Vector<T>.Count;
        for (int o = 0; o < _width.Output; o++)
        {
            for (int w = _width.First(o); w < _width.End(o); w++)
            {
                for (int lane = 0; lane < vectors; lane++)
                    total[w * vectors + lane] += from[o * vectors + lane];
            }
        }
    }

    private void AddToRows(Span<T> map, int od, int oh)
    {
        ReadOnlySpan<Vector<T>> values = RowVectors(sums.Span);
        for (int d = _depth.First(od); d < _depth.End(od); d++)
        {
            for (int h = _height.First(oh); h < _height.End(oh); h++)
            {
                Span<Vector<T>> cells = RowVectors(map[((d * _height.Input + h) * _rowLength)..]);
                for (int i = 0; i < values.Length; i++)
                    cells[i] += values[i];
            }
        }
    }

    /// <summary>sums[i] = cells[i] + ... + cells[i + kernel - 1].</summary>
    private void SumAtEveryPlace(ReadOnlySpan<T> cells, Span<T> sums, int count)
    {
        int kernel = _width.Kernel;
        for (int i = 0; i < count; i += Vector<T>.Count)
        {
            ReadOnlySpan<T> window = cells.Slice(i, kernel - 1 + Vector<T>.Count);
            ref T first = ref MemoryMarshal.GetReference(window);
            Vector<T> sum = Vector.LoadUnsafe(ref first);
            for (int k = 1; k < kernel; k++)
                sum += Vector.LoadUnsafe(ref first, (nuint)k);
            sum.CopyTo(sums[i..]);
        }
    }

    private static T SumOf(ReadOnlySpan<T> cells)
    {
        ReadOnlySpan<Vector<T>> vectors = MemoryMarshal.Cast<T, Vector<T>>(cells);
        Vector<T> sums = Vector<T>.Zero;
        foreach (Vector<T> vector in vectors)
            sums += vector;
        T sum = Vector.Sum(sums);
        foreach (T cell in cells[(vectors.Length * Vector<T>.Count)..])
            sum += cell;
        return sum;
    }

    private Span<Vector<T>> RowVectors(Span<T> cells) =>
        MemoryMarshal.Cast<T, Vector<T>>(cells)[.._rowVectors];

    private ReadOnlySpan<Vector<T>> RowVectors(ReadOnlySpan<T> cells) =>
        MemoryMarshal.Cast<T, Vector<T>>(cells)[.._rowVectors];
}
