using SoftPool.Torch.Cpu;
using SoftPool.Torch.Views;
using TorchSharp;

namespace SoftPool.Torch;

/// <summary>
/// SoftPool as functions with the names and arguments of torch.nn.functional. Each window becomes its exponentially
/// weighted mean, y = sum_i w_i x_i with softmax weights w. The result is finite for every finite input; a NaN in a
/// window gives NaN. The gradient is the true gradient: per channel dy/dx_i = w_i (1 + x_i - y). With create_graph it
/// has a gradient itself, of any order, and is then composed of torch's own operations, which takes memory for each
/// place in the window. No function waits for the device.
/// </summary>
/// <remarks>
/// The input is float, double, half or bfloat16, with any strides. Half and bfloat16 are computed in float and rounded
/// once. The cells of the padding have no weight; they do not count as zeros. The padding is at most half the kernel.
/// With ceil_mode the last window may reach beyond the padded input if it begins inside the input or its leading
/// padding, as in PyTorch. The default stride is the kernel. The kernel and the stride are at most 2^24 along an axis,
/// and a map has at most 2^30 cells. The maps of a global pool have at most 2^24 cells along the last axis, and at most
/// 2^24 along all other axes together. Wrong arguments throw an <see cref="ArgumentException"/>.
/// </remarks>
public static class SoftPoolFunctional
{
    /// <summary>Makes the CPU compute in the way of other devices, so that tests can compare the two.</summary>
    [field: ThreadStatic]
    internal static bool ComposesOnCpu { get; set; }

    /// <summary>Pools (N, C, L) to (N, C, oL), or (C, L).</summary>
    public static torch.Tensor soft_pool1d(
        torch.Tensor input, long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false,
        SoftPoolWeighting weighting = SoftPoolWeighting.PerChannel) =>
        Pool(nameof(soft_pool1d), input, [kernel_size], [stride ?? kernel_size], [padding], ceil_mode, weighting);

    /// <summary>Pools (N, C, H, W) to (N, C, oH, oW), or (C, H, W), with square windows.</summary>
    public static torch.Tensor soft_pool2d(
        torch.Tensor input, long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false,
        SoftPoolWeighting weighting = SoftPoolWeighting.PerChannel)
    {
        long step = stride ?? kernel_size;
        return soft_pool2d(
            input, (kernel_size, kernel_size), (step, step), (padding, padding), ceil_mode, weighting);
    }

    /// <summary>Pools (N, C, H, W) to (N, C, oH, oW), or (C, H, W). Pairs are height, width.</summary>
    public static torch.Tensor soft_pool2d(
        torch.Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long) padding = default,
        bool ceil_mode = false, SoftPoolWeighting weighting = SoftPoolWeighting.PerChannel) =>
        Pool(
            nameof(soft_pool2d), input, Array(kernel_size), Array(stride ?? kernel_size), Array(padding), ceil_mode,
            weighting);

    /// <summary>Pools (N, C, D, H, W) to (N, C, oD, oH, oW), or (C, D, H, W), with cubic windows.</summary>
    public static torch.Tensor soft_pool3d(
        torch.Tensor input, long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false,
        SoftPoolWeighting weighting = SoftPoolWeighting.PerChannel)
    {
        long step = stride ?? kernel_size;
        return soft_pool3d(
            input, (kernel_size, kernel_size, kernel_size), (step, step, step), (padding, padding, padding), ceil_mode,
            weighting);
    }

    /// <summary>Pools (N, C, D, H, W) to (N, C, oD, oH, oW), or (C, D, H, W). Triples are depth, height,
    /// width.</summary>
    public static torch.Tensor soft_pool3d(
        torch.Tensor input, (long, long, long) kernel_size, (long, long, long)? stride = null,
        (long, long, long) padding = default, bool ceil_mode = false,
        SoftPoolWeighting weighting = SoftPoolWeighting.PerChannel) =>
        Pool(
            nameof(soft_pool3d), input, Array(kernel_size), Array(stride ?? kernel_size), Array(padding), ceil_mode,
            weighting);

    /// <summary>Pools (N, C, ...), with any number of further axes, to (N, C, 1, ...): the window is the whole
    /// map.</summary>
    public static torch.Tensor global_soft_pool(
        torch.Tensor input, SoftPoolWeighting weighting = SoftPoolWeighting.PerChannel)
    {
        Check(nameof(global_soft_pool), input, weighting);
        long[] shape = input.shape;
        if (shape.Length < 3)
            throw new ArgumentException(
                $"{nameof(global_soft_pool)} takes (N, C, ...) with at least one further axis; got {Text(shape)}.");
        long[] map = [shape[2..^1].Aggregate(1L, (product, extent) => product * extent), shape[^1]];
        if (map.Any(extent => extent is < 1 or > Axis.Largest))
            throw new ArgumentException(
                $"{nameof(global_soft_pool)} takes maps of 1 to {Axis.Largest} cells along the last axis, and along "
                + $"the others together; got {Text(shape)}.");
        Windows windows = Windows.Of(nameof(global_soft_pool), map, map, [1, 1], [0, 0], ceilMode: false);
        return Pool(input, shape[0], shape[1], windows, weighting, [.. shape[..2], .. shape[2..].Select(_ => 1L)]);
    }

    private static torch.Tensor Pool(
        string function, torch.Tensor input, long[] kernel, long[] stride, long[] padding, bool ceilMode,
        SoftPoolWeighting weighting)
    {
        Check(function, input, weighting);
        long[] shape = input.shape;
        int axes = kernel.Length, channelAxis = shape.Length - axes - 1;
        if (channelAxis is not (0 or 1))
        {
            string map = axes switch { 1 => "L", 2 => "H, W", _ => "D, H, W" };
            throw new ArgumentException($"{function} takes (N, C, {map}) or (C, {map}); got {Text(shape)}.");
        }
        Windows windows = Windows.Of(function, shape.AsSpan()[^axes..], kernel, stride, padding, ceilMode);
        int[] places = [windows.Depth.Output, windows.Height.Output, windows.Width.Output];
        long[] output = [.. shape[..^axes], .. places[^axes..].Select(places => (long)places)];
        return Pool(input, channelAxis == 0 ? 1 : shape[0], shape[channelAxis], windows, weighting, output);
    }

    private static torch.Tensor Pool(
        torch.Tensor input, long items, long channels, Windows windows, SoftPoolWeighting weighting, long[] output)
    {
        if (channels == 0)
            throw new ArgumentException($"SoftPool takes maps of at least one channel; got {Text(input.shape)}.");
        // TorchSharp leaves wrappers of the function's output behind; here they have an end.
        using var scope = torch.NewDisposeScope();
        torch.Tensor maps = input.reshape(
            items, channels, windows.Depth.Input, windows.Height.Input, windows.Width.Input);
        torch.Tensor pooled = input.device_type == DeviceType.CPU && !ComposesOnCpu
            && CpuSoftPool.Takes(channels, windows)
                ? CpuSoftPool.apply(maps, windows, weighting)
                : ViewSoftPool.Apply(maps, windows, weighting);
        return pooled.reshape(output).MoveToOuterDisposeScope();
    }

    private static void Check(string function, torch.Tensor input, SoftPoolWeighting weighting)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.dtype is not (torch.ScalarType.Float32 or torch.ScalarType.Float64 or torch.ScalarType.Float16
            or torch.ScalarType.BFloat16))
            throw new ArgumentException($"{function} takes float, double, half or bfloat16; got {input.dtype}.");
        if (!Enum.IsDefined(weighting))
            throw new ArgumentException($"{function} takes weights per channel or shared; got {weighting}.");
    }

    private static string Text(long[] shape) => $"({string.Join(", ", shape)})";

    private static long[] Array((long, long) pair) => [pair.Item1, pair.Item2];

    private static long[] Array((long, long, long) triple) => [triple.Item1, triple.Item2, triple.Item3];
}
