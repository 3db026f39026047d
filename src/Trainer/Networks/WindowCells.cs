using TorchSharp;

namespace SoftPool.Trainer.Networks;

/// <summary>
/// The cells of all pooling windows of (N, C, H, W) maps as kH * kW strided views, one for each place in the window,
/// each of the output's size: nothing is unfolded. Cells in padding read as minus infinity.
/// </summary>
internal sealed class WindowCells
{
    // Few enough floats for the views' intermediate results to stay in a core's second-level cache.
    private const long CachedElements = 1 << 16;

    private readonly Size2d _kernel, _stride, _padding;
    private readonly int _outHeight, _outWidth, _below, _right;

    /// <summary>Infers the output's shape.</summary>
    /// <exception cref="ShapeMismatchException">The windows do not fit on the maps.</exception>
    public WindowCells(Operators.SoftPool2d op, torch.Tensor input)
    {
        var map = new TensorShape((int)input.shape[1], (int)input.shape[2], (int)input.shape[3]);
        TensorShape output = op.InferShape(map);
        (_kernel, _stride, _padding) = (op.KernelSize, op.Stride, op.Padding);
        (_outHeight, _outWidth) = (output[1], output[2]);
        _below = Math.Max((_outHeight - 1) * _stride.Height + _kernel.Height - _padding.Height - map[1], 0);
        _right = Math.Max((_outWidth - 1) * _stride.Width + _kernel.Width - _padding.Width - map[2], 0);
        OutputShape = [input.shape[0], map[0], _outHeight, _outWidth];
        long item = Math.Max((long)map[0] * _outHeight * _outWidth, 1);
        // A GPU wants the whole batch in one launch.
        ItemsAtOnce = input.device_type == DeviceType.CPU ? Math.Max(CachedElements / item, 1) : long.MaxValue;
    }

    /// <summary>(N, C, oH, oW).</summary>
    public long[] OutputShape { get; }

    /// <summary>How many items of the batch are worth computing together on this device.</summary>
    public long ItemsAtOnce { get; }

    /// <summary>The batch in parts of <see cref="ItemsAtOnce"/>: first item and number.</summary>
    public IEnumerable<(long Start, long Length)> Parts()
    {
        for (long start = 0; start < OutputShape[0]; start += ItemsAtOnce)
            yield return (start, Math.Min(ItemsAtOnce, OutputShape[0] - start));
    }

    /// <summary>The maps with a border of <paramref name="value"/> as far as windows reach, or as they are.</summary>
    public torch.Tensor Pad(torch.Tensor maps, double value = double.NegativeInfinity) =>
        _padding == default && _below == 0 && _right == 0
            ? maps
            : torch.nn.functional.pad(maps, [_padding.Width, _right, _padding.Height, _below], PaddingModes.Constant, value);

    /// <summary>Takes the border away again.</summary>
    public torch.Tensor Crop(torch.Tensor padded, torch.Tensor maps) =>
        padded.narrow(2, _padding.Height, maps.shape[2]).narrow(3, _padding.Width, maps.shape[3]);

    /// <summary>The views on padded maps: the cell in the first place of every window, in the second, ...</summary>
    public torch.Tensor[] Of(torch.Tensor padded)
    {
        var cells = new torch.Tensor[_kernel.Height * _kernel.Width];
        for (int i = 0; i < cells.Length; i++)
        {
            (int top, int left) = (i / _kernel.Width, i % _kernel.Width);
            cells[i] = padded
                .slice(2, top, top + (_outHeight - 1) * _stride.Height + 1, _stride.Height)
                .slice(3, left, left + (_outWidth - 1) * _stride.Width + 1, _stride.Width);
        }
        return cells;
    }

    /// <summary>The largest cell of each window of maps without border; NaN where one is.</summary>
    public torch.Tensor Largest(torch.Tensor maps) => Largest(Of(Pad(maps)));

    /// <summary>The smallest cell of each window of maps without border; NaN where one is.</summary>
    public torch.Tensor Smallest(torch.Tensor maps)
    {
        torch.Tensor[] cells = Of(Pad(maps, double.PositiveInfinity));
        return cells.Skip(1).Aggregate(cells[0], torch.minimum);
    }

    /// <summary>The largest cell of each window; NaN where one is.</summary>
    public static torch.Tensor Largest(torch.Tensor[] cells) => cells.Skip(1).Aggregate(cells[0], torch.maximum);

    /// <summary>x - largest, at least the most negative finite number: a difference of two floats can overflow, and as
    /// minus infinity it would make 0 * infinity.</summary>
    public static torch.Tensor Difference(torch.Tensor x, torch.Tensor largest) =>
        (x - largest).clamp_min_(torch.finfo(x.dtype).min);
}
