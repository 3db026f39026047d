using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>The place of the largest or of the least element along an axis, from 0, as a float: exact, because an axis
/// has at most 2^24 elements. In 16 bits it has at most 2049.</summary>
/// <param name="Dim">The axis, counted as in PyTorch: 1 is the channels. 0, the batch, is not allowed.</param>
/// <param name="Keepdim">Whether the axis stays, with an extent of 1.</param>
public abstract record ArgReduction(int Dim, bool Keepdim) : UnaryOperator
{
    /// <summary>Whether of several elements alike the last one's place is taken, and not the first one's. Default:
    /// false.</summary>
    [JsonRequired]
    public bool SelectLastIndex { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes =>
        $"axis {Dim}{(Keepdim ? ", which stays" : "")}{(SelectLastIndex ? ", the last of several" : "")}";

    internal abstract bool IsLeast { get; }

    /// <summary>The extents along the other axes, and 1 along this one where it stays.</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        AxisSplit.Check(GetType().Name, input, Dim);
        Selection.CheckPlaces(GetType().Name, input, Dim);
        return Reduce.Reduced(input, [Dim], Keepdim);
    }

    internal override void Compute<T>(ReferenceStep step)
    {
        var split = AxisSplit.Of(step.InputShape, Dim);
        for (int i = 0; i < step.Output.Length; i++)
        {
            int first = split.First(i / split.Inner, i % split.Inner), place = 0;
            float best = T.Of(step.Input[first]).Stored;
            for (int k = 1; k < split.Extent; k++)
            {
                float value = T.Of(step.Input[first + k * split.Inner]).Stored;
                if (!ComesBefore(value, best) && (!SelectLastIndex || ComesBefore(best, value)))
                    continue;
                (best, place) = (value, k);
            }
            step.Output[i] = place;
        }
    }

    private bool ComesBefore(float value, float other) =>
        Selection.ComesBefore(value, other, IsLeast, nanIsFirst: true);

    internal override void Lower(LoweringStep step)
    {
        (int outer, int extent, int inner) = AxisSplit.Of(step.InputShape, Dim);
        Selection.CheckPlaces(step, extent);
        var slices = Slices.Interleaved(extent, (long)outer * inner);
        int count = step.Batch * outer * inner, slicesOfAll = count * slices.Count;
        var places = new Activation(2L * slicesOfAll);
        SpecializationConstant[] order =
            [("IS_LEAST", IsLeast ? 1 : 0), ("SELECTS_LAST", SelectLastIndex ? 1 : 0)];
        step.Dispatch(
            "argmax_slices",
            [("COUNT", slicesOfAll), ("EXTENT", extent), ("INNER", inner), ("SLICES", slices.Count), .. order],
            GroupCount.Linear(slicesOfAll), texels: 0, LoopIterations.Of(slices.Length), step.Input, places);
        step.Dispatch(
            "argmax_of_slices", [("COUNT", count), ("INNER", inner), ("SLICES", slices.Count), .. order],
            GroupCount.Linear(count), texels: 0, LoopIterations.Of(slices.Count), places, step.Output);
    }
}

/// <summary>The place of the largest element along an axis, as torch.argmax; that of a NaN, where there is one. Of
/// several alike the first, or with SelectLastIndex the last.</summary>
/// <inheritdoc cref="ArgReduction(int, bool)"/>
public sealed record ArgMax(int Dim, bool Keepdim) : ArgReduction(Dim, Keepdim)
{
    internal override bool IsLeast => false;
}

/// <summary>The place of the least element along an axis, as torch.argmin; that of a NaN, where there is one. Of
/// several alike the first, or with SelectLastIndex the last.</summary>
/// <inheritdoc cref="ArgReduction(int, bool)"/>
public sealed record ArgMin(int Dim, bool Keepdim) : ArgReduction(Dim, Keepdim)
{
    internal override bool IsLeast => true;
}
