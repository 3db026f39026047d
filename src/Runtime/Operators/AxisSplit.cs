namespace SoftPool.Operators;

/// <summary>A shape around one axis: the elements before it, along it and behind it.</summary>
internal readonly record struct AxisSplit(int Outer, int Extent, int Inner)
{
    /// <param name="shape">The shape, without the batch.</param>
    /// <param name="dim">The axis, from 1.</param>
    public static AxisSplit Of(TensorShape shape, int dim)
    {
        int outer = 1;
        foreach (int extent in shape.Extents[..(dim - 1)])
            outer *= extent;
        return new(outer, shape[dim - 1], shape.ElementCount / outer / shape[dim - 1]);
    }

    /// <exception cref="ShapeMismatchException">The shape has no such axis.</exception>
    public static void Check(string name, TensorShape shape, int dim)
    {
        if (dim <= 0 || dim > shape.Rank)
            throw new ShapeMismatchException($"{name} takes an axis of 1 to {shape.Rank} on {shape}; got axis {dim}.");
    }

    /// <summary>The first element of what lies along the axis, for one before it and one behind.</summary>
    public int First(int outer, int inner) => outer * Extent * Inner + inner;
}
