using TorchSharp;

namespace SoftPool.Torch.Views;

/// <summary>
/// The cells of all windows of (N, C, D, H, W) maps as strided views, one for each place in the window, each of the
/// output's size: nothing is unfolded. Along an axis that one window covers a view keeps all cells, and sums and
/// extremes are reductions: else a global pool would take a view for every cell. Cells in padding read as minus
/// infinity.
/// </summary>
internal sealed class WindowCells
{
    private readonly Axis[] _axes;
    private readonly long[] _covered;

    public WindowCells(Windows windows)
    {
        _axes = [windows.Depth, windows.Height, windows.Width];
        _covered = [.. _axes.Index().Where(axis => axis.Item.IsCovered).Select(axis => 2L + axis.Index)];
    }

    /// <summary>The maps with a border of <paramref name="value"/> as far as windows reach, or as they are.</summary>
    public torch.Tensor Pad(torch.Tensor maps, double value = double.NegativeInfinity)
    {
        // The last axis comes first.
        long[] borders = [.. _axes.Reverse().SelectMany(axis => new long[] { axis.Padding, End(axis) })];
        return borders.All(border => border == 0)
            ? maps
            : torch.nn.functional.pad(maps, borders, PaddingModes.Constant, value);
    }

    /// <summary>Takes the border away again.</summary>
    public torch.Tensor Crop(torch.Tensor padded)
    {
        for (int i = 0; i < _axes.Length; i++)
            padded = padded.narrow(2 + i, _axes[i].Padding, _axes[i].Input);
        return padded;
    }

    /// <summary>The views on padded maps: the cell in the first place of every window, in the second, ...</summary>
    public torch.Tensor[] Of(torch.Tensor padded)
    {
        torch.Tensor[] views = [padded];
        for (int i = 0; i < _axes.Length; i++)
        {
            (int dimension, Axis axis) = (2 + i, _axes[i]);
            if (axis.IsCovered)
                continue;
            long length = (axis.Output - 1L) * axis.Stride + 1;
            views =
            [
                .. from view in views
                   from place in Enumerable.Range(0, axis.Kernel)
                   select view.slice(dimension, place, place + length, axis.Stride),
            ];
        }
        return views;
    }

    /// <summary>The largest cell of each window of maps without border; NaN where one is.</summary>
    public torch.Tensor Largest(torch.Tensor maps) => Largest(Of(Pad(maps)));

    /// <summary>The smallest cell of each window of maps without border; NaN where one is.</summary>
    public torch.Tensor Smallest(torch.Tensor maps)
    {
        torch.Tensor[] cells = Of(Pad(maps, double.PositiveInfinity));
        torch.Tensor smallest = cells.Skip(1).Aggregate(cells[0], torch.minimum);
        return _covered.Length == 0 ? smallest : smallest.amin(_covered, keepdim: true);
    }

    /// <summary>The largest cell of each window; NaN where one is.</summary>
    public torch.Tensor Largest(torch.Tensor[] cells)
    {
        torch.Tensor largest = cells.Skip(1).Aggregate(cells[0], torch.maximum);
        return _covered.Length == 0 ? largest : largest.amax(_covered, keepdim: true);
    }

    /// <summary>The sum over each window of what has been added up over the views.</summary>
    public torch.Tensor Sum(torch.Tensor sums) => _covered.Length == 0 ? sums : sums.sum(_covered, keepdim: true);

    /// <summary>x - y, held between the most negative and the largest finite number: a difference of two finite numbers
    /// can overflow, and 0 times it would not be 0.</summary>
    public static torch.Tensor Difference(torch.Tensor x, torch.Tensor y) => Hold(x - y);

    /// <summary>Holds what may have overflowed between the most negative and the largest finite number, in
    /// place.</summary>
    public static torch.Tensor Hold(torch.Tensor x)
    {
        using Scalar smallest = torch.finfo(x.dtype).min, largest = torch.finfo(x.dtype).max;
        return x.clamp_(smallest, largest);
    }

    private static long End(Axis axis) =>
        Math.Max((axis.Output - 1L) * axis.Stride + axis.Kernel - axis.Padding - axis.Input, 0);
}
