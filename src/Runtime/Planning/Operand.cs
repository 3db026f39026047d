namespace SoftPool.Planning;

/// <summary>A buffer that a kernel reads or writes, as the plan knows it before any memory exists.</summary>
/// <param name="Count">The number of floats.</param>
internal abstract record Operand(long Count)
{
    public long ByteCount => Count * sizeof(float);

    // Two operands of one size are still two buffers.
    public virtual bool Equals(Operand? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}

/// <summary>What kernels compute, and the network's input. Lives in the arena, from its first use to its last.</summary>
internal sealed record Activation(long Count) : Operand(Count);

/// <summary>What is known before the first run: packed weights and biases. Uploaded once.</summary>
internal sealed record Constant(float[] Data) : Operand(Data.Length)
{
    /// <summary>A copy with zeros behind it up to a count.</summary>
    public static Constant Padded(ReadOnlySpan<float> data, int count)
    {
        var padded = new float[count];
        data.CopyTo(padded);
        return new Constant(padded);
    }
}
