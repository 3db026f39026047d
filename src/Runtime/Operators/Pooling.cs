using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>The base of the pooling operators: (C, ...) to (C, ...). Each channel is pooled by itself. A window slides
/// over 1 to 3 axes, or covers them completely. A sliding window gives floor((extent + 2 Padding - KernelSize) /
/// Stride) + 1 positions along each axis, as in PyTorch. With CeilMode the quotient is rounded up, but no window begins
/// beyond the input and its leading padding.</summary>
public abstract record Pooling : UnaryOperator
{
    private protected Pooling()
    {
    }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => Sliding is var (axes, window) ? window.Describe(axes) : "whole map";

    /// <summary>The number of axes and the window that slides over them; null for one that covers the whole
    /// map.</summary>
    private protected abstract (int Axes, Window Window)? Sliding { get; }

    /// <summary>Whether the window covers the whole map.</summary>
    internal bool CoversMap => Sliding is null;

    /// <summary>Whether the kernel by tiles knows windows that reach beyond the map.</summary>
    internal virtual bool TilesReachBeyond => true;

    /// <summary>The constants that the operator's kernels have beside those of pool.glsl.</summary>
    internal virtual SpecializationConstant[] OwnConstants => [];

    /// <summary>The ways to compute it.</summary>
    internal abstract VariantTable<Pooling> Variants { get; }

    /// <summary>The window on an input.</summary>
    internal Window WindowOn(TensorShape input) => Sliding?.Window ?? Window.Whole(input);

    /// <summary>The slices in which the cells of a window are summed. A window that slides has many places: then in
    /// fewer.</summary>
    internal Slices SlicesOn(TensorShape input)
    {
        (Size3d kernel, Size3d map) = (WindowOn(input).Kernel, Window.Extents(input));
        long cells = (long)Math.Min(kernel.Depth, map.Depth)
            * Math.Min(kernel.Height, map.Height) * Math.Min(kernel.Width, map.Width);
        return Sliding is null ? Slices.Of(cells) : Slices.Of(cells, least: 1024);
    }

    /// <summary>Whether windows on this input are so long that several invocations share one.</summary>
    internal virtual bool SplitsWindows(TensorShape input) => SlicesOn(input).Count > 1;

    internal override void Lower(LoweringStep step) => Variants.Lower(this, step);

    /// <summary>(C, ...) to (C, the places along each axis).</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        string name = GetType().Name;
        if (Sliding is var (axes, window))
            window.CheckPool(name, input, axes);
        else if (input.Rank is < 2 or > 4)
            throw new ShapeMismatchException($"{name} takes (C, L), (C, H, W) or (C, D, H, W); got {input}.");
        return WindowOn(input).OutputShape(input[0], input);
    }
}
