using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>The K largest or least elements along an axis, in order, or their places. Of elements alike the first one
/// comes first; NaN is larger than all others, as in torch.</summary>
/// <param name="K">The number of elements, from 1 to all of the axis.</param>
/// <param name="Dim">The axis, counted as in PyTorch: 1 is the channels. 0, the batch, is not allowed.</param>
/// <param name="Largest">Whether the largest elements are taken, and not the least.</param>
public abstract record TopKSelection(int K, int Dim, bool Largest) : UnaryOperator
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"{(Largest ? "largest" : "least")} {K} of axis {Dim}";

    internal abstract bool GivesPlaces { get; }

    /// <summary>The same shape with K elements along the axis.</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        string name = GetType().Name;
        AxisSplit.Check(name, input, Dim);
        if (K < 1 || K > input[Dim - 1])
            throw new ShapeMismatchException($"{name} takes 1 to {input[Dim - 1]} elements of axis {Dim}; got {K}.");
        if (GivesPlaces)
            Selection.CheckPlaces(name, input, Dim);
        int[] extents = input.Extents.ToArray();
        extents[Dim - 1] = K;
        return new(extents);
    }

    internal override void Compute<T>(ReferenceStep step)
    {
        var split = AxisSplit.Of(step.InputShape, Dim);
        var order = new int[split.Extent];
        var values = new float[split.Extent];
        for (int column = 0; column < split.Outer * split.Inner; column++)
        {
            (int outer, int behind) = Math.DivRem(column, split.Inner);
            for (int i = 0; i < order.Length; i++)
            {
                order[i] = i;
                values[i] = T.Of(step.Input[(outer * split.Extent + i) * split.Inner + behind]).Stored;
            }
            Array.Sort(order, (a, b) =>
                ComesBefore(values[a], values[b]) ? -1 : ComesBefore(values[b], values[a]) ? 1 : a - b);
            for (int i = 0; i < K; i++)
                step.Output[(outer * K + i) * split.Inner + behind] = GivesPlaces ? order[i] : values[order[i]];
        }
    }

    private bool ComesBefore(float value, float other) =>
        Selection.ComesBefore(value, other, !Largest, nanIsFirst: Largest);

    internal override void Lower(LoweringStep step)
    {
        (int _, int extent, int inner) = AxisSplit.Of(step.InputShape, Dim);
        if (GivesPlaces)
            Selection.CheckPlaces(step, extent);
        int count = step.Batch * step.InputShape.ElementCount;
        step.Dispatch(
            "topk",
            [
                ("COUNT", count), ("EXTENT", extent), ("INNER", inner), ("K", K), ("IS_LEAST", Largest ? 0 : 1),
                ("GIVES_PLACES", GivesPlaces ? 1 : 0),
            ],
            GroupCount.Linear(count), texels: 0, LoopIterations.Of(extent), step.Input, step.Output);
    }
}

/// <summary>The K largest or least elements along an axis, in order, as the first output of torch.topk.</summary>
/// <inheritdoc cref="TopKSelection(int, int, bool)"/>
public sealed record TopK(int K, int Dim, bool Largest) : TopKSelection(K, Dim, Largest)
{
    internal override bool GivesPlaces => false;
}

/// <summary>The places of the K largest or least elements along an axis, from 0, as floats: the second output of
/// torch.topk.</summary>
/// <inheritdoc cref="TopKSelection(int, int, bool)"/>
public sealed record TopKIndices(int K, int Dim, bool Largest) : TopKSelection(K, Dim, Largest)
{
    internal override bool GivesPlaces => true;
}
