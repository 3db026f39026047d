using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Reductions over any axes but the batch.</summary>
internal static class ReductionConverters
{
    private const string Axes =
        "Any axes but the batch, as an attribute or a constant input; keepdims, noop_with_empty_axes";

    public static Converter[] All { get; } =
    [
        new("ReduceMean", "GlobalAvgPool where it is over all axes behind the channels, else Reduce", $"{Axes}.", Mean),
        Of("ReduceSum", Reduction.Sum),
        Of("ReduceMax", Reduction.Amax),
        Of("ReduceMin", Reduction.Amin),
        Of("ReduceProd", Reduction.Prod),
        Of("ReduceL1", Reduction.L1),
        Of("ReduceL2", Reduction.L2),
        Of("ReduceSumSquare", Reduction.SumSquare),
        new("ReduceLogSum", "Reduce and Log", $"{Axes} with axes.",
            step => step.Add(new Log(), Reduced(step, Reduction.Sum, isOfElements: false))),
        Of("ReduceLogSumExp", Reduction.LogSumExp),
        new("GlobalMaxPool", "Reduce", "Everything.", step => OverMap(step, Reduction.Amax)),
        new("GlobalLpPool", "Reduce", "p of 1 or 2.", step => OverMap(step, NormOf(step.Int("p", 2)))),
    ];

    /// <summary>The reduction by the norm of an order.</summary>
    public static Reduction NormOf(long p) => p switch
    {
        1 => Reduction.L1,
        2 => Reduction.L2,
        _ => throw new RefusalException($"attribute p is {p}; 1 and 2 are supported"),
    };

    private static Converter Of(string opType, Reduction kind)
    {
        // Of a single element it is that element.
        bool isOfElements = kind is not (Reduction.L1 or Reduction.L2 or Reduction.SumSquare);
        return new(
            opType, "Reduce", isOfElements ? $"{Axes}." : $"{Axes} with axes.",
            step => Reduced(step, kind, isOfElements));
    }

    private static Activation OverMap(ImportStep step, Reduction kind)
    {
        Activation x = step.Layer(0);
        return step.Add(new Reduce(kind, [.. Enumerable.Range(2, x.Shape.Length - 2)], Keepdim: true), x);
    }

    private static Activation Reduced(ImportStep step, Reduction kind, bool isOfElements)
    {
        (Activation x, int[] axes, bool keeps) = Read(step, isOfElements);
        return axes.Length == 0 ? x : step.Add(new Reduce(kind, axes, keeps), x);
    }

    private static Activation Mean(ImportStep step)
    {
        (Activation x, int[] axes, bool keeps) = Read(step, isOfElements: true);
        if (axes.Length == 0)
            return x;
        int rank = x.Shape.Length;
        bool areLast = axes.SequenceEqual(Enumerable.Range(rank - axes.Length, axes.Length));
        bool isMap = areLast && axes[0] == 2 && rank < 6;
        Activation mean = step.Add(isMap ? new GlobalAvgPool() : new Reduce(Reduction.Mean, axes, keeps), x);
        if (isMap && !keeps)
            mean = step.Add(new Flatten(), mean);
        return areLast
            ? mean with { Layer = mean.Layer with { Statistic = WrittenOut.ByMean(x.Layer, axes.Length) } }
            : mean;
    }

    /// <summary>The layer, the axes in order, none where nothing is reduced, and whether they stay.</summary>
    private static (Activation X, int[] Axes, bool Keeps) Read(ImportStep step, bool isOfElements)
    {
        bool keeps = step.Int("keepdims", 1) != 0, takesNone = step.Int("noop_with_empty_axes", 0) != 0;
        _ = step.Ints("axes");
        Activation x = step.Layer(0);
        int[] axes = step.Axes(x.Shape.Length, 1) ?? [];
        if (axes.Length == 0 && takesNone)
            return isOfElements
                ? (x, [], keeps)
                : throw new RefusalException("noop_with_empty_axes without axes, of which versions of ONNX differ");
        if (axes.Length == 0)
            throw new RefusalException($"all axes of {string.Join('x', x.Shape)}, which have the batch");
        if (axes.Contains(0))
            throw new RefusalException(
                $"axes {WindowAttributes.Show(axes)} of {string.Join('x', x.Shape)}, which have the batch");
        if (axes.Distinct().Count() != axes.Length)
            throw new RefusalException($"axes {WindowAttributes.Show(axes)} name one twice");
        return (x, [.. axes.Order()], keeps);
    }
}
