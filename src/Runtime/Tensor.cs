namespace SoftPool;

/// <summary>A weight or a bias of a model: a shape and the elements.</summary>
public sealed class Tensor
{
    /// <summary>Creates a tensor. The memory is not copied.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="data">The elements, contiguous, the last axis fastest.</param>
    /// <exception cref="ShapeMismatchException">The number of elements is not that of the shape.</exception>
    public Tensor(TensorShape shape, ReadOnlyMemory<float> data)
    {
        if (data.Length != shape.ElementCount)
            throw new ShapeMismatchException(
                $"A tensor of shape {shape} has {shape.ElementCount} elements; got {data.Length}.");
        Shape = shape;
        Data = data;
    }

    /// <summary>The shape.</summary>
    public TensorShape Shape { get; }

    /// <summary>The elements, contiguous, the last axis fastest.</summary>
    public ReadOnlyMemory<float> Data { get; }
}
