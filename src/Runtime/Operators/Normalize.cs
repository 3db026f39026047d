using System.Globalization;
using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>x / max(norm, Eps), the norm being that of all elements along an axis, as torch.nn.functional.normalize.
/// The shape stays the same.</summary>
/// <param name="P">The order of the norm: 1, the sum of the magnitudes, or 2, the root of the sum of the
/// squares.</param>
/// <param name="Dim">The axis, counted as in PyTorch: 1 is the channels. 0, the batch, is not allowed.</param>
/// <param name="Eps">What stands for a smaller norm, at least 1e-12.</param>
public sealed record Normalize(int P, int Dim, double Eps = 1e-12) : UnaryOperator
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes =>
        string.Create(CultureInfo.InvariantCulture, $"axis {Dim}, order {P}, eps {Eps}");

    /// <summary>(C, ...) to itself.</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        AxisSplit.Check(nameof(Normalize), input, Dim);
        RowNorm.CheckEps(nameof(Normalize), Eps);
        return P is 1 or 2
            ? input
            : throw new ShapeMismatchException($"Normalize takes a norm of order 1 or 2; got {P}.");
    }

    internal override void Compute<T>(ReferenceStep step)
    {
        var split = AxisSplit.Of(step.InputShape, Dim);
        T[] norms = ReduceReference.Results<T>(Steps, ReductionStage.Of(step.InputShape, [Dim]), step.Input);
        for (int i = 0; i < step.Output.Length; i++)
            if (step.Wants(i))
                step.Output[i] = Quotient(
                    T.Of(step.Input[i]), norms[i / split.Inner / split.Extent * split.Inner + i % split.Inner]).Stored;
    }

    internal override void Lower(LoweringStep step)
    {
        var split = AxisSplit.Of(step.InputShape, Dim);
        int count = step.Batch * step.InputShape.ElementCount;
        var norms = new Activation(count / split.Extent);
        Reductions.Lower(step, Steps, ReductionStage.Of(step.InputShape, [Dim]), norms, isHalf: false);
        step.DispatchElements(
            "normalize",
            [
                ("COUNT", count), ("EXTENT", split.Extent), ("INNER", split.Inner),
                ("EPS_BITS", BitConverter.SingleToUInt32Bits((float)Eps)),
            ],
            count, 0b1u, step.Input, step.Output, norms);
    }

    private ReductionSteps Steps => ReductionSteps.Of(P == 1 ? Reduction.L1 : Reduction.L2);

    /// <summary>x over a norm, each divided by 2^50 first where the norm exceeds 2^64: strict division knows numbers up
    /// to 2^100.</summary>
    private T Quotient<T>(T x, T norm)
        where T : struct, IReal<T>
    {
        T eps = T.Of(Eps), less = T.Of(1 / (double)(1L << 50));
        if (norm < eps)
            norm = eps;
        return norm > T.Of(18446744073709551616.0) ? (x * less).Passed / (norm * less) : x / norm;
    }
}
