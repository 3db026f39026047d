using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>One number of all elements along some axes, in the steps of the kernels that strict numerics takes.</summary>
internal static class ReduceReference
{
    public static float[] Compute<T>(
        ReductionSteps steps, IReadOnlyList<ReductionStage> stages, ReadOnlySpan<float> input)
        where T : struct, IReal<T> =>
        [.. Results<T>(steps, stages, input).Select(result => result.Stored)];

    /// <summary>The numbers before they are stored.</summary>
    public static T[] Results<T>(ReductionSteps steps, IReadOnlyList<ReductionStage> stages, ReadOnlySpan<float> input)
        where T : struct, IReal<T>
    {
        var values = new T[input.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = TermOf(steps.Term, T.Of(input[i]));
        foreach (ReductionStage stage in stages)
        {
            var combined = new T[stage.Count];
            for (int i = 0; i < combined.Length; i++)
            {
                int first = i / stage.Width * stage.Length;
                combined[i] = Combined<T>(
                    steps.Combine, values.AsSpan(first + i % stage.Width, stage.Length - i % stage.Width), stage.Width);
            }
            values = combined;
        }
        T terms = T.Of((float)(input.Length / values.Length));
        return Array.ConvertAll(values, total => steps.Finish switch
        {
            ReductionFinish.Mean => total / terms,
            ReductionFinish.Root => new Sqrt().Of(total),
            _ => total,
        });
    }

    private static T TermOf<T>(ReductionTerm term, T x)
        where T : struct, IReal<T> => term switch
        {
            ReductionTerm.Magnitude => new Abs().Of(x),
            ReductionTerm.Square => x * x,
            _ => x,
        };

    /// <summary>What comes of one column: the elements at a distance of so many.</summary>
    private static T Combined<T>(ReductionCombine combine, ReadOnlySpan<T> column, int width)
        where T : struct, IReal<T>
    {
        if (combine == ReductionCombine.LogSumExp)
            return LogSumExp(column, width);
        T total = column[0];
        for (int i = width; i < column.Length; i += width)
            total = Combined(combine, total, column[i]);
        return total;
    }

    private static T Combined<T>(ReductionCombine combine, T total, T term)
        where T : struct, IReal<T> => combine switch
        {
            ReductionCombine.Product => (total * term).Passed,
            ReductionCombine.Largest => term > total || IsNaN(term) ? term : total,
            ReductionCombine.Least => term < total || IsNaN(term) ? term : total,
            _ => total + term,
        };

    private static bool IsNaN<T>(T x)
        where T : struct, IReal<T> => !(x <= T.Of(float.PositiveInfinity));

    /// <summary>m + log(sum of exp(x - m)), m being the largest x. NaN and infinities are what they come to.</summary>
    private static T LogSumExp<T>(ReadOnlySpan<T> column, int width)
        where T : struct, IReal<T>
    {
        T largest = column[0], total = default;
        for (int i = width; i < column.Length; i += width)
            largest = Combined(ReductionCombine.Largest, largest, column[i]);
        if (!(largest >= T.Of(float.MinValue) && largest <= T.Of(float.MaxValue)))
            return largest;
        for (int i = 0; i < column.Length; i += width)
            total += T.ExpNonpositive(Shifted.Difference(column[i], largest));
        return (largest + T.Log(total)).Passed;
    }
}
