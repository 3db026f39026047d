using TorchSharp;

namespace SoftPool.Torch.Tests;

/// <summary>One way to pool: the shape of the input without its batch, and the windows along each of its
/// axes.</summary>
public sealed record PoolingCase(
    long[] Input, long[] Kernel, long[] Stride, long[] Padding, bool CeilMode, SoftPoolWeighting Weighting)
{
    /// <summary>Overlapping, padded, with gaps, in ceil mode, of one cell, of all cells along some axes or all, in one
    /// to three axes, of both weightings.</summary>
    public static IEnumerable<PoolingCase> All =>
        from weighting in Enum.GetValues<SoftPoolWeighting>()
        from windows in new PoolingCase[]
        {
            new([3, 9], [2], [2], [0], false, weighting),
            new([1, 11], [4], [3], [2], true, weighting),
            new([2, 70], [9], [17], [4], true, weighting),
            new([2, 40], [21], [1], [10], false, weighting),
            new([3, 7, 8], [3, 3], [2, 2], [0, 0], false, weighting),
            new([3, 7, 8], [3, 2], [1, 3], [1, 1], true, weighting),
            new([3, 7, 8], [2, 5], [2, 2], [1, 2], true, weighting),
            new([3, 7, 8], [2, 2], [3, 3], [0, 0], false, weighting),
            new([1, 1, 1], [1, 1], [1, 1], [0, 0], false, weighting),
            new([2, 1, 1], [3, 3], [2, 2], [1, 1], false, weighting),
            new([2, 5, 33], [3, 3], [2, 2], [1, 1], true, weighting),
            new([2, 5, 6, 7], [2, 3, 3], [1, 2, 2], [1, 0, 1], true, weighting),
            new([2, 4, 3, 18], [3, 2, 2], [3, 1, 2], [0, 1, 0], false, weighting),
            new([3, 17], [17], [17], [0], false, weighting),
            new([2, 5, 7], [5, 7], [1, 9], [0, 0], true, weighting),
            new([3, 4, 9], [4, 3], [1, 2], [0, 1], true, weighting),
            new([2, 6, 3, 4], [2, 3, 4], [1, 1, 1], [1, 0, 0], false, weighting),
        }
        select windows;

    public torch.Tensor Pool(torch.Tensor x) => Kernel.Length switch
    {
        1 => SoftPoolFunctional.soft_pool1d(x, Kernel[0], Stride[0], Padding[0], CeilMode, Weighting),
        2 => SoftPoolFunctional.soft_pool2d(
            x, (Kernel[0], Kernel[1]), (Stride[0], Stride[1]), (Padding[0], Padding[1]), CeilMode, Weighting),
        _ => SoftPoolFunctional.soft_pool3d(
            x, (Kernel[0], Kernel[1], Kernel[2]),
            (Stride[0], Stride[1], Stride[2]), (Padding[0], Padding[1], Padding[2]),
            CeilMode, Weighting),
    };

    /// <summary>The same by torch's own operations, as other devices than the CPU compute it.</summary>
    public torch.Tensor Compose(torch.Tensor x) => Composed(() => Pool(x));

    /// <summary>What a function gives where SoftPool is computed by torch's own operations.</summary>
    public static torch.Tensor Composed(Func<torch.Tensor> function)
    {
        SoftPoolFunctional.ComposesOnCpu = true;
        try
        {
            return function();
        }
        finally
        {
            SoftPoolFunctional.ComposesOnCpu = false;
        }
    }

    public torch.Tensor MaxPool(torch.Tensor x) => Kernel.Length switch
    {
        1 => torch.nn.functional.max_pool1d(x, Kernel[0], Stride[0], Padding[0], ceil_mode: CeilMode),
        2 => torch.nn.functional.max_pool2d(x, Kernel, Stride, Padding, ceil_mode: CeilMode),
        _ => torch.nn.functional.max_pool3d(x, Kernel, Stride, Padding, ceil_mode: CeilMode),
    };

    public override string ToString() =>
        $"{string.Join('x', Input)}, kernel {string.Join('x', Kernel)}, stride {string.Join('x', Stride)}, "
        + $"padding {string.Join('x', Padding)}{(CeilMode ? ", ceil mode" : "")}, {Weighting}";
}
