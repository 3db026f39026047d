using System.Runtime.InteropServices;
using TorchSharp;

namespace SoftPool.Torch.Cpu;

/// <summary>Some maps of a tensor, read and written as floats or doubles.</summary>
internal readonly ref struct MapSpans : IDisposable
{
    private readonly torch.Tensor _maps;
    private readonly Span<byte> _bytes;
    private readonly torch.ScalarType _type;
    private readonly int _first, _run, _step, _lanes, _size;

    /// <param name="tensor">(N, C, D, H, W), arranged in the layout.</param>
    /// <param name="layout">How it lies in memory.</param>
    /// <param name="first">The first map; in channels_last the block of channels.</param>
    /// <param name="count">How many maps; in channels_last one block.</param>
    public MapSpans(torch.Tensor tensor, MapLayout layout, long first, long count)
    {
        // A span for each part: one of the whole tensor could be longer than a span can.
        if (layout.ChannelsLast)
        {
            using torch.Tensor ordered = tensor.permute(0, 2, 3, 4, 1);
            (long item, long block) = Math.DivRem(first, layout.Blocks);
            _maps = ordered.narrow(0, item, 1);
            _first = (int)block * layout.Lanes;
            (_run, _step, _lanes) = (Math.Min(layout.Lanes, layout.Channels - _first), layout.Channels, layout.Lanes);
        }
        else
        {
            using torch.Tensor planes = tensor.flatten(0, 1);
            _maps = planes.narrow(0, first, count);
            _run = _step = _lanes = (int)(_maps.numel() / count);
        }
        _bytes = _maps.bytes;
        (_type, _size) = (_maps.dtype, (int)_maps.ElementSize);
    }

    /// <summary>Widens a map to values, or a block's maps lane by lane.</summary>
    public void Load<T>(int map, Span<T> values) where T : unmanaged
    {
        // Lanes without a channel.
        if (_run < _lanes)
            values.Clear();
        int from = (_first + map * _step) * _size;
        for (int i = 0; i < values.Length; i += _lanes, from += _step * _size)
        {
            ReadOnlySpan<byte> bytes = _bytes.Slice(from, _run * _size);
            Span<T> to = values.Slice(i, _run);
            switch (_type)
            {
                case torch.ScalarType.BFloat16:
                    ShortFloats.Widen(MemoryMarshal.Cast<byte, ushort>(bytes), MemoryMarshal.Cast<T, float>(to));
                    break;
                case torch.ScalarType.Float16:
                    ShortFloats.Widen(MemoryMarshal.Cast<byte, Half>(bytes), MemoryMarshal.Cast<T, float>(to));
                    break;
                default:
                    bytes.CopyTo(MemoryMarshal.AsBytes(to));
                    break;
            }
        }
    }

    /// <summary>Rounds values to a map, or to a block's maps lane by lane.</summary>
    public void Store<T>(int map, ReadOnlySpan<T> values) where T : unmanaged
    {
        int to = (_first + map * _step) * _size;
        for (int i = 0; i < values.Length; i += _lanes, to += _step * _size)
        {
            Span<byte> bytes = _bytes.Slice(to, _run * _size);
            ReadOnlySpan<T> from = values.Slice(i, _run);
            switch (_type)
            {
                case torch.ScalarType.BFloat16:
                    ShortFloats.Narrow(MemoryMarshal.Cast<T, float>(from), MemoryMarshal.Cast<byte, ushort>(bytes));
                    break;
                case torch.ScalarType.Float16:
                    ShortFloats.Narrow(MemoryMarshal.Cast<T, float>(from), MemoryMarshal.Cast<byte, Half>(bytes));
                    break;
                default:
                    MemoryMarshal.AsBytes(from).CopyTo(bytes);
                    break;
            }
        }
    }

    public void Dispose() => _maps.Dispose();
}
