using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>(x - mean) / sqrt(variance + Eps) weight + bias, mean and variance being those of the row that x lies in:
/// what layer norm and group norm have in common.</summary>
/// <param name="Length">The elements of a row.</param>
/// <param name="Slices">The slices of a row, each of which gives moments of its own.</param>
/// <param name="Eps">The number that is added to the variance.</param>
/// <param name="Weights">The number of weights and of biases; none where there are none.</param>
/// <param name="Shared">The elements behind each other that share one of them.</param>
internal readonly record struct RowNorm(int Length, Slices Slices, double Eps, int Weights, int Shared)
{
    // As in layer_norm_moments.comp: the terms that are summed by themselves.
    public const int Block = 64;

    private const string Wide = "layer_norm_moments_wide";

    /// <summary>Without it a row of equal elements would come to 0 times infinity.</summary>
    public const double LeastEps = 1e-12;

    /// <exception cref="ShapeMismatchException">Eps is too small, or not finite.</exception>
    public static void CheckEps(string name, double eps)
    {
        if (!(eps >= LeastEps && float.IsFinite((float)eps)))
            throw new ShapeMismatchException(FormattableString.Invariant(
                $"{name} takes an eps of at least {LeastEps}; got {eps}."));
    }

    /// <summary>Adds the launches.</summary>
    public void Lower(LoweringStep step)
    {
        int count = step.Batch * step.InputShape.ElementCount, weights = Math.Max(Weights, 1);
        RowNorm norm = this;
        step.DispatchElements(
            "layer_norm", [("COUNT", count), ("LENGTH", Length), ("SHARED", Math.Max(Shared, 1)), ("WEIGHTS", weights)],
            count, Length % 4 == 0 ? 0b1u : 0, step.Input, step.Output, Moments(step, count / Length),
            step.Constant("norm", 2 * weights, () => norm.Interleaved(step)));
    }

    private Activation Moments(LoweringStep step, int rows)
    {
        var moments = new Activation(2L * rows);
        uint eps = BitConverter.SingleToUInt32Bits((float)Eps), share = BitConverter.SingleToUInt32Bits(1f / Length);
        SpecializationConstant[] constants =
            [("ROWS", rows), ("LENGTH", Length), ("EPS_BITS", eps), ("SHARE_BITS", share)];
        if (Length <= WideRow.ManyTerms && WideRow.Suits(step, Wide, Length))
        {
            step.Dispatch(
                Wide, constants, WideRow.Groups(rows), texels: 0, 2 * WideRow.Iterations(Length), step.Input, moments);
            return moments;
        }
        if (Slices.Count == 1)
        {
            step.Dispatch(
                "layer_norm_moments", constants, GroupCount.Linear(rows), texels: 0,
                2 * LoopIterations.Of(Division.RoundUp(Length, Block), Block), step.Input, moments);
            return moments;
        }
        int count = rows * Slices.Count;
        var parts = new Activation(2L * count);
        step.DispatchElements(
            "moments_slices", [("COUNT", count), ("LENGTH", Length), ("SLICES", Slices.Count)], count,
            Length % 4 == 0 ? 0b1u : 0, 2 * LoopIterations.Of(Slices.Length), step.Input, parts);
        step.Dispatch(
            "moments_of_slices", [.. constants, ("SLICES", Slices.Count)], GroupCount.Linear(rows), texels: 0,
            2 * LoopIterations.Of(Slices.Count), parts, moments);
        return moments;
    }

    /// <summary>The factor and the summand of each element.</summary>
    private float[] Interleaved(LoweringStep step)
    {
        if (Weights == 0)
            return [1, 0];
        var pairs = new float[2 * Weights];
        for (int i = 0; i < Weights; i++)
            (pairs[2 * i], pairs[2 * i + 1]) = (step.Parameter("weight")[i], step.Parameter("bias")[i]);
        return pairs;
    }
}
