using SoftPool.Operators;

namespace SoftPool.Reference;

/// <summary>y = the sum of the window's real cells, row by row and then of the rows, over their number or over that with
/// padding.</summary>
internal static class AvgPoolReference
{
    public static void Compute<T>(AvgPooling op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        (int plane, int outPlane) = (step.InputShape.Plane(), step.OutputShape.Plane());
        foreach (PoolWindow window in PoolWindow.All(op.WindowOn(step.InputShape), step.InputShape, step.OutputShape))
            for (int c = 0; c < step.InputShape[0]; c++)
            {
                T sum = default;
                foreach (int[] row in window.Rows)
                {
                    T part = default;
                    foreach (int cell in row)
                        part += T.Of(step.Input[c * plane + cell]);
                    sum += part;
                }
                int count = op.CountIncludePad ? window.PaddedCount : window.Cells.Length;
                step.Output[c * outPlane + window.Place] = (sum / T.Of((float)count)).Stored;
            }
    }
}
