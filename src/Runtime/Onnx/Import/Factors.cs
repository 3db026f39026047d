namespace SoftPool.Onnx.Import;

/// <summary>A constant beside a layer, element by element.</summary>
/// <param name="Shape">Its extents beside the layer's, without the batch: the layer's, or 1 where its elements are
/// repeated.</param>
/// <param name="Values">Its elements.</param>
internal sealed record Factors(int[] Shape, Func<float[]> Values)
{
    /// <summary>The last axis along which the elements differ; 0 where none does.</summary>
    public int LastAxis => Math.Max(Array.FindLastIndex(Shape, extent => extent != 1), 0);

    /// <summary>The same number for all elements of a layer.</summary>
    public static Factors Single(Activation x, double number) =>
        new([.. Enumerable.Repeat(1, x.Layer.Shape.Rank)], () => [(float)number]);

    /// <summary>A constant beside a layer.</summary>
    /// <exception cref="RefusalException">It is of integers, or has an axis that the layer does not have.</exception>
    public static Factors Of(Activation x, Constant constant)
    {
        int[] whole = [.. Enumerable.Repeat(1, Math.Max(x.Shape.Length - constant.Shape.Length, 0)), .. constant.Shape];
        bool fits = constant.Floats is not null && whole.Length == x.Shape.Length && whole[0] == 1;
        for (int axis = 1; fits && axis < whole.Length; axis++)
            fits = whole[axis] == 1 || whole[axis] == x.Shape[axis];
        return fits
            ? new Factors(whole[1..], constant.Floats!)
            : throw new RefusalException(
                $"a constant of {string.Join('x', constant.Shape)} on {string.Join('x', x.Shape)}; real numbers, the "
                + "same for each item of the batch, are supported");
    }

    /// <summary>Whether the elements are the same along each axis along which the shape is 1.</summary>
    public bool Fits(int[] shape) => Shape.Zip(shape).All(pair => pair.First == 1 || pair.First == pair.Second);

    /// <summary>The elements as those of a shape that they fit.</summary>
    public Func<float[]> Over(int[] shape) => () =>
    {
        float[] values = Values();
        return Shape.SequenceEqual(shape)
            ? values
            : [.. Shapes.SourcesOf(Shape, shape).Select(source => values[source])];
    };
}
