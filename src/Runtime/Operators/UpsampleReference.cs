using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y[c, i, j] = sum over v of row weight v times the sum over u of column weight u x[c, row v, column u]: the rows' sums one by
/// one. What has no weight is not read.</summary>
internal static class UpsampleReference
{
    public static void Compute<T>(Upsample op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        (int height, int width) = (step.InputShape[1], step.InputShape[2]);
        (int outHeight, int outWidth) = (step.OutputShape[1], step.OutputShape[2]);
        UpsampleAxis rows = UpsampleAxis.OfRows(op, step.InputShape, step.OutputShape);
        UpsampleAxis columns = UpsampleAxis.OfColumns(op, step.InputShape, step.OutputShape);
        for (int place = 0; place < step.Output.Length; place++)
        {
            if (!step.Wants(place))
                continue;
            (int plane, int row, int column) = (place / outWidth / outHeight, place / outWidth % outHeight, place % outWidth);
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
                        line += ofColumn * T.Of(step.Input[(plane * height + (int)rows.Places[v]) * width + (int)columns.Places[u]]);
                }
                sum += ofRow * line.Passed;
            }
            step.Output[place] = sum.Stored;
        }
    }
}
