using System.Numerics;

namespace SoftPool.Torch.Cpu;

/// <summary>
/// SoftPool of one map with weights of its own, window by window, each with its largest value m as origin: right for
/// every finite map. With d_i = x_i - m, e_i = exp(d_i), S = sum e_i and F = sum e_i d_i: y = m + F / S, and
/// dy/dx_i = e_i / S (1 + d_i - F / S).
/// </summary>
internal sealed class PerChannelWindows<T>(Windows windows, int lanes)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
{
    private readonly int[] _cells = new int[windows.LargestWindow];
    private readonly T[] _differences = new T[windows.LargestWindow], _exponentials = new T[windows.LargestWindow];

    public void Forward(ReadOnlySpan<T> x, Span<T> y)
    {
        for (int i = 0; i < y.Length; i++)
        {
            (T largest, T sum, T weighted, _) = Weigh(x, i);
            y[i] = largest + weighted / sum;
        }
    }

    public void Backward(ReadOnlySpan<T> x, ReadOnlySpan<T> outputGradient, Span<T> gradient)
    {
        gradient.Clear();
        for (int output = 0; output < outputGradient.Length; output++)
        {
            (_, T sum, T weighted, int count) = Weigh(x, output);
            (T scale, T offset) = (outputGradient[output] / sum, T.One - weighted / sum);
            for (int i = 0; i < count; i++)
                gradient[_cells[i]] += _exponentials[i] * (_differences[i] + offset) * scale;
        }
    }

    private (T Largest, T Sum, T Weighted, int Count) Weigh(ReadOnlySpan<T> x, int output)
    {
        (int window, int lane) = Math.DivRem(output, lanes);
        int count = windows.CellsOf(window, _cells);
        foreach (ref int cell in _cells.AsSpan(0, count))
            cell = cell * lanes + lane;
        T largest = T.NegativeInfinity;
        foreach (int cell in _cells.AsSpan(0, count))
            largest = T.Max(largest, x[cell]);
        (T sum, T weighted) = (T.Zero, T.Zero);
        for (int i = 0; i < count; i++)
        {
            // A difference of two finite numbers can overflow, and as minus infinity it would make 0 * infinity.
            T difference = T.Max(x[_cells[i]] - largest, T.MinValue), e = T.Exp(difference);
            (_differences[i], _exponentials[i]) = (difference, e);
            sum += e;
            weighted += e * difference;
        }
        return (largest, sum, weighted, count);
    }
}
