namespace SoftPool.Planning;

/// <summary>A buffer that a kernel reads or writes, as the plan knows it before any memory exists.</summary>
internal abstract class Operand(long count)
{
    /// <summary>The number of floats.</summary>
    public long Count { get; } = count;

    public long ByteCount => Count * sizeof(float);
}

/// <summary>What kernels compute, and the network's input. Lives in the arena, from its first use to its last.</summary>
internal sealed class Activation(long count) : Operand(count);

/// <summary>What is known before the first run: packed weights and biases. Uploaded once.</summary>
internal sealed class Constant(float[] data) : Operand(data.Length)
{
    public float[] Data { get; } = data;

    /// <summary>Room for packed data; padding can make it much larger than the weights were.</summary>
    /// <exception cref="ShapeMismatchException">It exceeds 2 GiB.</exception>
    public static float[] Room(long count) => count <= int.MaxValue / sizeof(float)
        ? new float[count]
        : throw new ShapeMismatchException($"Packed weights of {count * sizeof(float)} bytes exceed 2 GiB.");

    /// <summary>A copy with zeros behind it up to a count.</summary>
    public static Constant Padded(ReadOnlySpan<float> data, int count)
    {
        var padded = new float[count];
        data.CopyTo(padded);
        return new Constant(padded);
    }
}
