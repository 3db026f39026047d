namespace SoftPool;

/// <summary>A weight or a bias of a model: a shape, and its elements in memory.</summary>
public sealed class Tensor
{
    /// <summary>Creates a tensor. The memory is kept, not copied.</summary>
    /// <exception cref="ShapeMismatchException">The number of elements is not the shape's.</exception>
    public Tensor(TensorShape shape, ReadOnlyMemory<float> data)
    {
        if (data.Length != shape.ElementCount)
            throw new ShapeMismatchException(
                $"A tensor of shape {shape} has {shape.ElementCount} elements; got {data.Length}.");
        Shape = shape;
        Data = data;
    }

    /// <summary>The extents, outermost first.</summary>
    public TensorShape Shape { get; }

    /// <summary>The elements, contiguous, the last axis fastest.</summary>
    public ReadOnlyMemory<float> Data { get; }
}
