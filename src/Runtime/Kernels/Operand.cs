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

/// <summary>What kernels compute, and the network's input. Lives in the arena, from its first use to its last, or is a
/// part of another one: a slice of it, or an input of a concatenation.</summary>
internal sealed class Activation(long count, bool isHalf = false) : Operand(count, isHalf)
{
    // No device asks more of the offset of a buffer, and none more of that of a texel buffer.
    private const int PartAlignment = 256;

    private Activation? _whole;
    private long _begin;

    /// <summary>Whether it lies where it is made for: the network's inputs do.</summary>
    public bool IsFixed { get; init; }

    /// <summary>The activation that has the memory: itself, unless it is a part.</summary>
    public Activation Root => _whole?.Root ?? this;

    /// <summary>The element of <see cref="Root"/> at which it begins.</summary>
    public long Begin => _whole is null ? 0 : _whole.Begin + _begin;

    /// <summary>The byte of <see cref="Root"/> at which it begins.</summary>
    public long BeginBytes => BytesOf(Begin);

    /// <summary>Some of its elements as an operand of their own; null where devices could not bind it.</summary>
    public Activation? Part(long begin, long count)
    {
        var part = new Activation(count, IsHalf);
        return part.LiesIn(this, begin) ? part : null;
    }

    /// <summary>Makes it a part of another one, whose elements from one on it gives, if it can be.</summary>
    public bool LiesIn(Activation whole, long begin)
    {
        if (_whole is not null || IsFixed || IsHalf != whole.IsHalf || BytesOf(begin) % PartAlignment != 0)
            return false;
        (_whole, _begin) = (whole, begin);
        return true;
    }

    private long BytesOf(long elements) => elements * (IsHalf ? 2 : sizeof(float));
}
