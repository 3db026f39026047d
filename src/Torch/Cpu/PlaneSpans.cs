using System.Runtime.InteropServices;
using TorchSharp;

namespace SoftPool.Torch.Cpu;

/// <summary>A run of maps of a contiguous (N, C, D, H, W) tensor, read and written as floats or doubles.</summary>
internal readonly ref struct PlaneSpans : IDisposable
{
    private readonly torch.Tensor _maps;
    private readonly Span<byte> _bytes;
    private readonly int _stride;

    public PlaneSpans(torch.Tensor tensor, long first, long count)
    {
        // A span of its own for each run: one of the whole tensor could be longer than a span can.
        using torch.Tensor maps = tensor.flatten(0, 1);
        _maps = maps.narrow(0, first, count);
        _bytes = _maps.bytes;
        (Count, _stride) = ((int)count, _bytes.Length / (int)count);
    }

    public int Count { get; }

    /// <summary>Widens a map to <paramref name="values"/>, which has its length.</summary>
    public void Load<T>(int map, Span<T> values) where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = _bytes.Slice(map * _stride, _stride);
        switch (_maps.dtype)
        {
            case torch.ScalarType.BFloat16:
                ShortFloats.Widen(MemoryMarshal.Cast<byte, ushort>(bytes), MemoryMarshal.Cast<T, float>(values));
                break;
            case torch.ScalarType.Float16:
                ShortFloats.Widen(MemoryMarshal.Cast<byte, Half>(bytes), MemoryMarshal.Cast<T, float>(values));
                break;
            default:
                bytes.CopyTo(MemoryMarshal.AsBytes(values));
                break;
        }
    }

    /// <summary>Rounds <paramref name="values"/> to a map.</summary>
    public void Store<T>(int map, ReadOnlySpan<T> values) where T : unmanaged
    {
        Span<byte> bytes = _bytes.Slice(map * _stride, _stride);
        switch (_maps.dtype)
        {
            case torch.ScalarType.BFloat16:
                ShortFloats.Narrow(MemoryMarshal.Cast<T, float>(values), MemoryMarshal.Cast<byte, ushort>(bytes));
                break;
            case torch.ScalarType.Float16:
                ShortFloats.Narrow(MemoryMarshal.Cast<T, float>(values), MemoryMarshal.Cast<byte, Half>(bytes));
                break;
            default:
                MemoryMarshal.AsBytes(values).CopyTo(bytes);
                break;
        }
    }

    public void Dispose() => _maps.Dispose();
}
