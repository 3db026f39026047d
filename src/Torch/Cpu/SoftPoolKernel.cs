using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace SoftPool.Torch.Cpu;

/// <summary>
/// Pools the maps of channels that belong together, in memory of its own: fill <see cref="Input"/>, call
/// <see cref="Forward"/>, read <see cref="Output"/>; or fill <see cref="OutputGradient"/> too, call
/// <see cref="Backward"/>, read <see cref="InputGradient"/>.
/// </summary>
/// <param name="windows">The windows on a map.</param>
/// <param name="channels">How many maps there are.</param>
/// <param name="lanes">Channels that lie side by side in one map, value by value: one, or whole vectors.</param>
internal abstract class SoftPoolKernel<T>(Windows windows, int channels, int lanes) : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
{
    private readonly List<T[]> _rented = [];

    public int Channels => channels;

    public int Lanes => lanes;

    protected Windows Windows => windows;

    /// <summary>Values of a map.</summary>
    protected int Cells { get; } = (int)windows.Cells * lanes;

    /// <summary>Values of a pooled map.</summary>
    protected int Count { get; } = (int)windows.Count * lanes;

    public abstract Span<T> Input(int channel);

    public abstract ReadOnlySpan<T> Output(int channel);

    public abstract Span<T> OutputGradient(int channel);

    public abstract ReadOnlySpan<T> InputGradient(int channel);

    public abstract void Forward();

    public abstract void Backward();

    public void Dispose()
    {
        foreach (T[] array in _rented)
            ArrayPool<T>.Shared.Return(array);
    }

    /// <summary>Memory from the pool, cleared where vectors reach beyond the length.</summary>
    protected T[] Rent(int length)
    {
        T[] array = ArrayPool<T>.Shared.Rent(Padded(length));
        array.AsSpan(length, Padded(length) - length).Clear();
        _rented.Add(array);
        return array;
    }

    /// <summary>Window sums with memory from the pool.</summary>
    protected WindowSums<T> RentSums()
    {
        Memory<T> RentRow()
        {
            int length = WindowSums<T>.RowLength(windows, lanes);
            Memory<T> row = Rent(length).AsMemory(0, length);
            row.Span.Clear();
            return row;
        }
        return new WindowSums<T>(windows, lanes, RentRow(), RentRow(), RentRow());
    }

    /// <summary>Values as vectors, the last of which may reach beyond the length.</summary>
    protected static Span<Vector<T>> Vectors(T[] values, int length) =>
        MemoryMarshal.Cast<T, Vector<T>>(values.AsSpan(0, Padded(length)))[..^1];

    /// <summary>A length in whole vectors, and one more: a row's last vector may begin anywhere.</summary>
    private static int Padded(int length) => (length / Vector<T>.Count + 2) * Vector<T>.Count;
}
