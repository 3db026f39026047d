using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y = sum_i w_i x_i over the window's real cells, w_i = e_i / sum_j e_j. Per channel e_i = exp(x_i - m), m
/// being the window's largest value, and the sum is taken of the differences to it, y = m + sum_i e_i (x_i - m) / sum_i
/// e_i. Shared across channels e_i = s_i exp(m_i - m), with m_i the largest value of the cell's channels, s_i = sum_c
/// exp(x_ci - m_i) and m the largest m_i of the window. Long windows are summed in <see cref="Slices"/>.</summary>
internal static class SoftPoolReference
{
    public static void Compute<T>(SoftPooling op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        IEnumerable<PoolWindow> windows = PoolWindow.All(op.WindowOn(step.InputShape), step);
        Slices slices = op.SlicesOn(step.InputShape);
        if (op.Weights == SoftPoolWeighting.PerChannel)
            PerChannel<T>(windows, slices, step);
        else
            Shared<T>(windows, slices, step);
    }

    private static void PerChannel<T>(IEnumerable<PoolWindow> windows, Slices slices, ReferenceStep step)
        where T : struct, IReal<T>
    {
        (int plane, int outPlane) = (step.InputShape.Plane(), step.OutputShape.Plane());
        foreach (PoolWindow window in windows)
            for (int c = 0; c < step.InputShape[0]; c++)
            {
                if (!step.Wants(c * outPlane + window.Place))
                    continue;
                ReadOnlySpan<float> map = step.Input.Slice(c * plane, plane);
                (T largest, T weighted, T total) = slices.Count == 1
                    ? PartOf(map, window.Cells, T.Of(map[window.Cells[0]]))
                    : Merged<T>(map, window.SlicesOf(slices));
                step.Output[c * outPlane + window.Place] = (largest + weighted / total).Stored;
            }
    }

    /// <summary>The largest value of some cells, the sum of the weighted differences to it and that of the
    /// weights.</summary>
    private static (T Largest, T Weighted, T Total) PartOf<T>(ReadOnlySpan<float> map, int[] cells, T least)
        where T : struct, IReal<T>
    {
        T largest = least, weighted = default, total = default;
        foreach (int cell in cells)
            largest = Shifted.Larger(T.Of(map[cell]), largest);
        foreach (int cell in cells)
        {
            T difference = Shifted.Difference(T.Of(map[cell]), largest), e = T.ExpNonpositive(difference);
            weighted += e * difference;
            total += e;
        }
        return (largest, weighted, total);
    }

    /// <summary>The same of all slices: their sums are shifted to the largest value of all of them.</summary>
    private static (T Largest, T Weighted, T Total) Merged<T>(ReadOnlySpan<float> map, IEnumerable<int[]> slices)
        where T : struct, IReal<T>
    {
        T least = T.Of(float.MinValue), largest = least, weighted = default, total = default;
        var parts = new List<(T Largest, T Weighted, T Total)>();
        foreach (int[] slice in slices)
            parts.Add(PartOf(map, slice, least));
        foreach ((T ofPart, _, _) in parts)
            largest = Shifted.Larger(ofPart, largest);
        foreach ((T ofPart, T partWeighted, T partTotal) in parts)
        {
            T difference = Shifted.Difference(ofPart, largest), e = T.ExpNonpositive(difference), partE = e * partTotal;
            weighted += e * partWeighted.Passed;
            weighted += partE * difference;
            total += partE;
        }
        return (largest, weighted, total);
    }

    private static void Shared<T>(IEnumerable<PoolWindow> windows, Slices slices, ReferenceStep step)
        where T : struct, IReal<T>
    {
        (int plane, int outPlane) = (step.InputShape.Plane(), step.OutputShape.Plane());
        ExponentialSum<T>[] sums = ExponentialSum<T>.OfCells(step.Input, step.InputShape[0]);
        foreach (PoolWindow window in windows)
        {
            ExponentialSum<T>[][] parts =
            [
                .. window.SlicesOf(slices).Select(cells => Array.ConvertAll(cells, cell => sums[cell])),
            ];
            ExponentialSum<T> whole = slices.Count == 1
                ? ExponentialSum<T>.Of(parts[0])
                : ExponentialSum<T>.Of(Array.ConvertAll(parts, part => ExponentialSum<T>.Of(part)));
            T[] weights = Array.ConvertAll(
                window.Cells, cell => (sums[cell].Beside(whole.Largest) / whole.Total).Passed);
            for (int c = 0; c < step.InputShape[0]; c++)
                if (step.Wants(c * outPlane + window.Place))
                    step.Output[c * outPlane + window.Place] =
                        Mean(step.Input.Slice(c * plane, plane), window.Cells, weights, slices).Stored;
        }
    }

    /// <summary>A mean lies between its smallest and its largest term. Rounding can leave that range, at the end of the
    /// floats even for infinity, so it is held there.</summary>
    private static T Mean<T>(ReadOnlySpan<float> map, int[] cells, T[] weights, Slices slices)
        where T : struct, IReal<T>
    {
        T mean = default, low = T.Of(float.MaxValue), high = T.Of(float.MinValue);
        for (int first = 0; first < cells.Length; first += slices.Length)
        {
            T part = default;
            for (int i = first; i < Math.Min(first + slices.Length, cells.Length); i++)
            {
                T value = T.Of(map[cells[i]]);
                part += weights[i] * value;
                low = value < low ? value : low;
                high = value > high ? value : high;
            }
            mean += part;
        }
        mean = mean < low ? low : mean;
        return mean > high ? high : mean;
    }
}
