using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y = the sum of the window's real cells, row by row and then of the rows, over their number or over that
/// with padding. Of long windows the <see cref="Slices"/> are summed in place of the rows.</summary>
internal static class AvgPoolReference
{
    public static void Compute<T>(AvgPooling op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        (int plane, int outPlane) = (step.InputShape.Plane(), step.OutputShape.Plane());
        Slices slices = op.SlicesOn(step.InputShape);
        foreach (PoolWindow window in PoolWindow.All(op.WindowOn(step.InputShape), step))
            for (int c = 0; c < step.InputShape[0]; c++)
            {
                if (!step.Wants(c * outPlane + window.Place))
                    continue;
                T sum = default;
                foreach (int[] row in slices.Count == 1 ? window.Rows : window.SlicesOf(slices))
                {
                    T part = default;
                    foreach (int cell in row)
                        part += T.Of(step.Input[c * plane + cell]);
                    sum += part;
                }
                (int rows, int columns) = op.CountIncludePad
                    ? (window.PaddedRows, window.PaddedColumns)
                    : (window.Rows.Length, window.Rows[0].Length);
                // Padding may make more cells than an integer counts.
                T count = T.Of((double)rows) * T.Of((double)columns);
                step.Output[c * outPlane + window.Place] = (sum / count).Stored;
            }
    }
}
