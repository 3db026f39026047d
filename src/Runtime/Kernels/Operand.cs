namespace SoftPool.Kernels;

/// <summary>A buffer that a kernel reads or writes, as the plan knows it before any memory exists.</summary>
internal abstract class Operand(long count, bool isHalf)
{
    /// <summary>The number of elements.</summary>
    public long Count { get; } = count;

    /// <summary>Whether they are 16-bit floats, not 32-bit ones.</summary>
    public bool IsHalf { get; } = isHalf;

    /// <summary>In whole words: kernels may read the last element's.</summary>
    public long ByteCount => Division.Align(Count * (IsHalf ? 2 : sizeof(float)), sizeof(float));
}

/// <summary>What kernels compute, and the network's input. Lives in the arena, from its first use to its last.</summary>
internal sealed class Activation(long count, bool isHalf = false) : Operand(count, isHalf);

/// <summary>What is known before the first run: packed weights and biases. Packed and uploaded once for all sessions of a model
/// on a device, which is why it has a name.</summary>
internal sealed class Constant(string key, long count, Func<float[]> pack, bool isHalf = false)
    : Operand(CheckedCount(key, count), isHalf)
{
    /// <summary>The most numbers: 2 GiB of floats.</summary>
    public const long Largest = int.MaxValue / sizeof(float);

    /// <summary>Says what it is: two constants of one model with one key have the same numbers.</summary>
    public string Key { get; } = key;

    /// <summary>Makes the numbers.</summary>
    public float[] Pack() => pack();

    /// <exception cref="ShapeMismatchException">Padding has made it larger than 2 GiB.</exception>
    private static long CheckedCount(string key, long count) => count <= Largest
        ? count
        : throw new ShapeMismatchException($"The packed weights {key} of {count * sizeof(float)} bytes exceed 2 GiB.");
}
