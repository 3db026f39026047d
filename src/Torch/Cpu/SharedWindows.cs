using System.Numerics;

namespace SoftPool.Torch.Cpu;

/// <summary>
/// SoftPool of an item's maps with weights shared by its channels, window by window, each with its largest value as
/// origin: right for every finite item. With m_i the largest value of pixel i, s_i = sum_c exp(x_ci - m_i) and m the
/// largest m_i of a window: f_i = exp(m_i - m) / sum_j s_j exp(m_j - m), w_i = s_i f_i, y_c = sum w_i x_ci, and
/// dL/dx_ci = g_c w_i + exp(x_ci - m_i) f_i sum_k g_k (x_ki - y_k).
/// </summary>
internal sealed class SharedWindows<T>(Windows windows)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
{
    private readonly int[] _cells = new int[windows.LargestWindow];
    private readonly T[] _factors = new T[windows.LargestWindow], _weights = new T[windows.LargestWindow];
    private readonly T[] _sumGradients = new T[windows.LargestWindow];

    public void Forward(T[][] x, T[][] y)
    {
        (T[] largest, T[] sums) = SumPixels(x);
        for (int window = 0; window < windows.Count; window++)
        {
            int count = Weigh(largest, sums, window);
            for (int c = 0; c < x.Length; c++)
                y[c][window] = Mean(x[c], count);
        }
    }

    public void Backward(T[][] x, T[][] outputGradient, T[][] gradient)
    {
        (T[] largest, T[] sums) = SumPixels(x);
        foreach (T[] map in gradient)
            map.AsSpan().Clear();
        for (int window = 0; window < windows.Count; window++)
        {
            int count = Weigh(largest, sums, window);
            // What reaches a cell through its own term, and what reaches a pixel through its sum of exponentials.
            Span<T> throughSums = _sumGradients.AsSpan(0, count);
            throughSums.Clear();
            for (int c = 0; c < x.Length; c++)
            {
                (T mean, T g) = (Mean(x[c], count), outputGradient[c][window]);
                for (int i = 0; i < count; i++)
                {
                    gradient[c][_cells[i]] += g * _weights[i];
                    throughSums[i] += g * Difference(x[c][_cells[i]], mean);
                }
            }
            for (int c = 0; c < x.Length; c++)
            {
                for (int i = 0; i < count; i++)
                {
                    int cell = _cells[i];
                    T share = T.Exp(Difference(x[c][cell], largest[cell])) * _factors[i];
                    // Nothing, however large the sum: it may have overflowed.
                    if (share != T.Zero)
                        gradient[c][cell] += share * throughSums[i];
                }
            }
        }
    }

    private (T[] Largest, T[] Sums) SumPixels(T[][] x)
    {
        int cells = (int)windows.Cells;
        T[] largest = new T[cells], sums = new T[cells];
        for (int i = 0; i < cells; i++)
        {
            T m = T.NegativeInfinity;
            foreach (T[] map in x)
                m = T.Max(m, map[i]);
            largest[i] = m;
            foreach (T[] map in x)
                sums[i] += T.Exp(Difference(map[i], m));
        }
        return (largest, sums);
    }

    private int Weigh(T[] largest, T[] sums, int window)
    {
        int count = windows.CellsOf(window, _cells);
        (T m, T total) = (T.NegativeInfinity, T.Zero);
        foreach (int cell in _cells.AsSpan(0, count))
            m = T.Max(m, largest[cell]);
        for (int i = 0; i < count; i++)
        {
            _factors[i] = T.Exp(Difference(largest[_cells[i]], m));
            total += _weights[i] = sums[_cells[i]] * _factors[i];
        }
        for (int i = 0; i < count; i++)
            (_factors[i], _weights[i]) = (_factors[i] / total, _weights[i] / total);
        return count;
    }

    private T Mean(T[] x, int count)
    {
        (T mean, T low, T high) = (T.Zero, T.PositiveInfinity, T.NegativeInfinity);
        for (int i = 0; i < count; i++)
        {
            T value = x[_cells[i]];
            mean += _weights[i] * value;
            (low, high) = (T.Min(low, value), T.Max(high, value));
        }
        // A mean lies between its smallest and its largest term. Rounding can leave that range, at the end of the
        // numbers even for infinity, so it is held there.
        return T.Min(T.Max(mean, low), high);
    }

    /// <summary>At most the largest finite number to either side: a difference of two finite numbers can overflow, and
    /// then 0 times it would not be 0.</summary>
    private static T Difference(T x, T y) => T.Min(T.Max(x - y, T.MinValue), T.MaxValue);
}
