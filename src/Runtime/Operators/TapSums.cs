using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y[c, i, j] = sum over v of row weight v times the sum over u of column weight u x[c, row v, column u]: the
/// rows' sums one by one. What has no weight is not read.</summary>
internal static class TapSums
{
    private const string Kernel = "tap_sums";

    public static void Compute<T>(TapAxis rows, TapAxis columns, ReferenceStep step)
        where T : struct, IReal<T>
    {
        (int height, int width) = (step.InputShape[1], step.InputShape[2]);
        (int outHeight, int outWidth) = (step.OutputShape[1], step.OutputShape[2]);
        for (int place = 0; place < step.Output.Length; place++)
        {
            if (!step.Wants(place))
                continue;
            int first = place / outWidth / outHeight * height, row = place / outWidth % outHeight;
            int column = place % outWidth;
            T sum = default;
            for (int v = row * rows.Taps; v < (row + 1) * rows.Taps; v++)
            {
                T ofRow = T.Of(rows.Weights[v]), line = default;
                if (ofRow == default)
                    continue;
                for (int u = column * columns.Taps; u < (column + 1) * columns.Taps; u++)
                {
                    T ofColumn = T.Of(columns.Weights[u]);
                    if (ofColumn != default)
                        line += ofColumn
                            * T.Of(step.Input[(first + (int)rows.Places[v]) * width + (int)columns.Places[u]]);
                }
                sum += ofRow * line.Passed;
            }
            step.Output[place] = sum.Stored;
        }
    }

    /// <summary>Adds the launch. Both axes have the same number of taps.</summary>
    public static void Lower(TapAxis rows, TapAxis columns, LoweringStep step)
    {
        (TensorShape map, TensorShape output) = (step.InputShape, step.OutputShape);
        bool texels = step.TakesTexels(Kernel, step.Input.Count);
        int count = step.Batch * output.ElementCount;
        uint[] places = [.. rows.Places, .. columns.Places];
        double[] weights = [.. rows.Weights, .. columns.Weights];
        step.Dispatch(
            Kernel,
            [
                ("COUNT", count), ("HEIGHT", map[1]), ("WIDTH", map[2]), ("OUT_HEIGHT", output[1]),
                ("OUT_WIDTH", output[2]), ("TAPS", rows.Taps),
            ],
            GroupCount.Linear(count), texels ? 1u : 0, LoopIterations.Of(rows.Taps, columns.Taps),
            step.Input, step.Output, step.Integers($"places*{map}", places),
            step.Constant($"weights*{map}", places.Length, () => Array.ConvertAll(weights, weight => (float)weight)));
    }
}
