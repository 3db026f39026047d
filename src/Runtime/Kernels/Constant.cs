using System.Runtime.InteropServices;

namespace SoftPool.Kernels;

/// <summary>What is known before the first run. Packed and uploaded once for all sessions of a model on a device, which
/// is why it has a name.</summary>
/// <param name="key">Says what it is: two constants of one model with one key have the same content.</param>
/// <param name="count">The number of elements.</param>
/// <param name="isHalf">Whether they are 16-bit floats, not 32-bit words.</param>
internal abstract class Constant(string key, long count, bool isHalf) : Operand(CheckedCount(key, count), isHalf)
{
    /// <summary>The most elements: 2 GiB of floats.</summary>
    public const long Largest = int.MaxValue / sizeof(float);

    /// <summary>Says what it is: two constants of one model with one key have the same content.</summary>
    public string Key { get; } = key;

    /// <summary>Makes the content as the kernel reads it.</summary>
    public abstract ReadOnlySpan<byte> Pack();

    /// <exception cref="ShapeMismatchException">Padding has made it larger than 2 GiB.</exception>
    private static long CheckedCount(string key, long count) => count <= Largest
        ? count
        : throw new ShapeMismatchException($"The packed weights {key} of {count * sizeof(float)} bytes exceed 2 GiB.");
}

/// <summary>Floats: packed weights, biases, factors.</summary>
/// <inheritdoc cref="Constant(string, long, bool)"/>
internal sealed class FloatConstant(string key, long count, Func<float[]> pack, bool isHalf = false) : Constant(key, count, isHalf)
{
    public override ReadOnlySpan<byte> Pack()
    {
        float[] numbers = pack();
        if (!IsHalf)
            return MemoryMarshal.AsBytes<float>(numbers);
        var bytes = new byte[ByteCount];
        Span<Half> halves = MemoryMarshal.Cast<byte, Half>(bytes.AsSpan());
        for (int i = 0; i < numbers.Length; i++)
            halves[i] = (Half)numbers[i];
        return bytes;
    }
}

/// <summary>Integers that a kernel reads as uint: shapes, places. The same whatever the numerics.</summary>
internal sealed class IntegerConstant(string key, params uint[] values) : Constant(key, values.Length, isHalf: false)
{
    public override ReadOnlySpan<byte> Pack() => MemoryMarshal.AsBytes<uint>(values);
}
