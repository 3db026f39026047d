using SoftPool.Operators;

namespace SoftPool.Reference;

/// <summary>
/// y = sum_i w_i x_i over the window's real cells, w_i = e_i / sum_j e_j. Per channel e_i = exp(x_i - m), m being the window's
/// largest value, and the sum is taken of the differences to it, y = m + sum_i e_i (x_i - m) / sum_i e_i. Shared across
/// channels e_i = s_i exp(m_i - m), with m_i the largest value of the cell's channels, s_i = sum_c exp(x_ci - m_i) and m
/// the largest m_i of the window.
/// </summary>
internal static class SoftPoolReference
{
    public static void Compute<T>(SoftPooling op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        IEnumerable<PoolWindow> windows = PoolWindow.All(op.WindowOn(step.InputShape), step.InputShape, step.OutputShape);
        if (op.Weights == SoftPoolWeights.PerChannel)
            PerChannel<T>(windows, step);
        else
            Shared<T>(windows, step);
    }

    private static void PerChannel<T>(IEnumerable<PoolWindow> windows, ReferenceStep step)
        where T : struct, IReal<T>
    {
        (int plane, int outPlane) = (step.InputShape.Plane(), step.OutputShape.Plane());
        foreach (PoolWindow window in windows)
            for (int c = 0; c < step.InputShape[0]; c++)
            {
                ReadOnlySpan<float> map = step.Input.Slice(c * plane, plane);
                T largest = T.Of(map[window.Cells[0]]), weighted = default, total = default;
                foreach (int cell in window.Cells)
                    largest = Shifted.Larger(T.Of(map[cell]), largest);
                foreach (int cell in window.Cells)
                {
                    T difference = Shifted.Difference(T.Of(map[cell]), largest), e = T.ExpNonpositive(difference);
                    weighted += e * difference;
                    total += e;
                }
                step.Output[c * outPlane + window.Place] = (largest + weighted / total).Stored;
            }
    }

    private static void Shared<T>(IEnumerable<PoolWindow> windows, ReferenceStep step)
        where T : struct, IReal<T>
    {
        (int plane, int outPlane) = (step.InputShape.Plane(), step.OutputShape.Plane());
        (T Largest, T Total)[] sums = [.. SumsOfCells<T>(step)];
        foreach (PoolWindow window in windows)
        {
            T largest = sums[window.Cells[0]].Largest, total = default;
            foreach (int cell in window.Cells)
                largest = Shifted.Larger(sums[cell].Largest, largest);
            var e = new T[window.Cells.Length];
            for (int i = 0; i < e.Length; i++)
            {
                (T cellLargest, T cellTotal) = sums[window.Cells[i]];
                e[i] = cellTotal * T.ExpNonpositive(Shifted.Difference(cellLargest, largest));
                total += e[i];
            }
            for (int c = 0; c < step.InputShape[0]; c++)
                step.Output[c * outPlane + window.Place] =
                    Mean(step.Input.Slice(c * plane, plane), window.Cells, e, total).Stored;
        }
    }

    /// <summary>Of each cell the largest value of its channels, and the sum of their exponentials beside it.</summary>
    private static List<(T Largest, T Total)> SumsOfCells<T>(ReferenceStep step)
        where T : struct, IReal<T>
    {
        (int channels, int plane) = (step.InputShape[0], step.InputShape.Plane());
        var sums = new List<(T, T)>(plane);
        for (int cell = 0; cell < plane; cell++)
        {
            T largest = T.Of(step.Input[cell]), total = default;
            for (int c = 1; c < channels; c++)
                largest = Shifted.Larger(T.Of(step.Input[c * plane + cell]), largest);
            for (int c = 0; c < channels; c++)
                total += T.ExpNonpositive(Shifted.Difference(T.Of(step.Input[c * plane + cell]), largest));
            sums.Add((largest, total));
        }
        return sums;
    }

    /// <summary>A mean lies between its smallest and its largest term. Rounding can leave that range, at the end of the floats
    /// even for infinity, so it is held there.</summary>
    private static T Mean<T>(ReadOnlySpan<float> map, int[] cells, T[] e, T total)
        where T : struct, IReal<T>
    {
        T mean = default, low = T.Of(float.MaxValue), high = T.Of(float.MinValue);
        for (int i = 0; i < cells.Length; i++)
        {
            T value = T.Of(map[cells[i]]);
            mean += (e[i] / total).Passed * value;
            low = value < low ? value : low;
            high = value > high ? value : high;
        }
        mean = mean < low ? low : mean;
        return mean > high ? high : mean;
    }
}
