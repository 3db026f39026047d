namespace SoftPool.Operators;

/// <summary>An axis of a shape: the elements that lie before it, and those at one of its places.</summary>
internal static class AxisParts
{
    /// <summary>How many elements lie at one place of an axis, one behind the other.</summary>
    /// <param name="shape">The shape of one item.</param>
    /// <param name="dim">The axis, from 1.</param>
    public static int Inner(this TensorShape shape, int dim)
    {
        int count = 1;
        foreach (int extent in shape.Extents[dim..])
            count *= extent;
        return count;
    }

    /// <summary>The shape with another extent of an axis.</summary>
    public static TensorShape With(this TensorShape shape, int dim, int extent)
    {
        int[] extents = shape.Extents.ToArray();
        extents[dim - 1] = extent;
        return new TensorShape(extents);
    }
}
