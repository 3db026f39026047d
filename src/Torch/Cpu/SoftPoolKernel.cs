using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace SoftPool.Torch.Cpu;

/// <summary>
/// Pools the maps of channels that belong together, in memory of its own: fill <see cref="Input"/>, call
/// <see cref="Forward"/>, read <see cref="Output"/>; or fill <see cref="OutputGradient"/> too, call <see cref="Backward"/>,
/// read <see cref="InputGradient"/>.
/// </summary>
internal abstract class SoftPoolKernel<T>(Windows windows, int channels) : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
{
    private readonly List<T[]> _rented = [];

    public int Channels => channels;

    protected Windows Windows => windows;

    /// <summary>Cells of a map.</summary>
    protected int Cells { get; } = (int)windows.Cells;

    /// <summary>Windows on a map.</summary>
    protected int Count { get; } = (int)windows.Count;

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
            Memory<T> row = Rent(WindowSums<T>.RowLength(Windows)).AsMemory(0, WindowSums<T>.RowLength(Windows));
            row.Span.Clear();
            return row;
        }
        return new WindowSums<T>(Windows, RentRow(), RentRow(), RentRow());
    }

    /// <summary>Values as vectors, the last of which may reach beyond the length.</summary>
    protected static Span<Vector<T>> Vectors(T[] values, int length) =>
        MemoryMarshal.Cast<T, Vector<T>>(values.AsSpan(0, Padded(length)))[..^1];

    /// <summary>A length in whole vectors, and one more: a row's last vector may begin anywhere.</summary>
    private static int Padded(int length) => (length / Vector<T>.Count + 2) * Vector<T>.Count;
}
