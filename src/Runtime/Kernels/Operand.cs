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

    /// <summary>The bytes of some items.</summary>
    /// <param name="items">How many.</param>
    /// <param name="all">How many items it has.</param>
    public long BytesOf(int items, int all) => Count / all * items * (IsHalf ? 2 : sizeof(float));
}

/// <summary>What kernels compute, and the network's input. Lives in the arena, from its first use to its
/// last.</summary>
internal sealed class Activation(long count, bool isHalf = false) : Operand(count, isHalf);
