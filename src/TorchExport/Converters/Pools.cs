using SoftPool.Operators;
using Nn = TorchSharp.Modules;

namespace SoftPool.Torch.Export.Converters;

/// <summary>Pools, SoftPool among them.</summary>
internal static class Pools
{
    public static void AddTo(ConverterTable table)
    {
        table.Add<Nn.AdaptiveAvgPool1d>((_, call) => Adaptive(call, Average));
        table.Add<Nn.AdaptiveAvgPool2d>((_, call) => Adaptive(call, Average));
        table.Add<Nn.AdaptiveAvgPool3d>((_, call) => Adaptive(call, Average));
        table.Add<Nn.AdaptiveMaxPool1d>((_, call) => Adaptive(call, Largest));
        table.Add<Nn.AdaptiveMaxPool2d>((_, call) => Adaptive(call, Largest));
        table.Add<Nn.AvgPool1d>((pool, _) => new(new AvgPool1d(
            Int(pool.kernel_size), Int(pool.stride ?? pool.kernel_size), Int(pool.padding ?? 0), pool.ceil_mode)
        {
            CountIncludePad = pool.count_include_pad,
        }));
        table.Add<Nn.AvgPool2d>((pool, _) => Divisor(pool.divisor_override) ?? new(new AvgPool2d(
            Sizes.Pair(pool.kernel_size), Sizes.Pair(pool.stride ?? pool.kernel_size), Sizes.Pair(pool.padding ?? [0]),
            pool.ceil_mode)
        {
            CountIncludePad = pool.count_include_pad,
        }));
        table.Add<Nn.AvgPool3d>((pool, _) => Divisor(pool.divisor_override) ?? new(new AvgPool3d(
            Sizes.Triple(pool.kernel_size), Sizes.Triple(pool.stride ?? pool.kernel_size),
            Sizes.Triple(pool.padding ?? [0]), pool.ceil_mode)
        {
            CountIncludePad = pool.count_include_pad,
        }));
        table.Add<Nn.MaxPool1d>((pool, _) => Dilation([pool.dilation ?? 1]) ?? new(new MaxPool1d(
            Int(pool.kernel_size), Int(pool.stride ?? pool.kernel_size), Int(pool.padding ?? 0), pool.ceil_mode)));
        table.Add<Nn.MaxPool2d>((pool, _) => Dilation(pool.dilation) ?? new(new MaxPool2d(
            Sizes.Pair(pool.kernel_size), Sizes.Pair(pool.stride ?? pool.kernel_size), Sizes.Pair(pool.padding ?? [0]),
            pool.ceil_mode)));
        table.Add<Nn.MaxPool3d>((pool, _) => Dilation(pool.dilation) ?? new(new MaxPool3d(
            Sizes.Triple(pool.kernel_size), Sizes.Triple(pool.stride ?? pool.kernel_size),
            Sizes.Triple(pool.padding ?? [0]), pool.ceil_mode)));
        table.Add<GlobalSoftPool>((pool, _) => new(new Operators.GlobalSoftPool(Weighting(pool.weighting))));
        table.Add<SoftPool1d>((pool, _) => new(new Operators.SoftPool1d(
            Int(pool.kernel_size), Int(pool.stride), Int(pool.padding), pool.ceil_mode, Weighting(pool.weighting))));
        table.Add<SoftPool2d>((pool, _) => new(new Operators.SoftPool2d(
            Sizes.Pair(pool.kernel_size), Sizes.Pair(pool.stride), Sizes.Pair(pool.padding), pool.ceil_mode,
            Weighting(pool.weighting))));
        table.Add<SoftPool3d>((pool, _) => new(new Operators.SoftPool3d(
            Sizes.Triple(pool.kernel_size), Sizes.Triple(pool.stride), Sizes.Triple(pool.padding), pool.ceil_mode,
            Weighting(pool.weighting))));
    }

    /// <summary>A pool of a given number of places is one of windows of a given size where the map divides into
    /// them.</summary>
    private static Conversion Adaptive(ModuleCall call, Func<int[], bool, Operator> pool)
    {
        (TensorShape input, TensorShape output) = (call.InputShapes[0], call.OutputShape);
        int[] windows = new int[input.Rank - 1];
        for (int axis = 1; axis < input.Rank; axis++)
        {
            if (input[axis] % output[axis] != 0)
                return Conversion.Refused($"makes {output} of {input} by windows of different sizes");
            windows[axis - 1] = input[axis] / output[axis];
        }
        return new(pool(windows, output.ElementCount == output[0]));
    }

    private static Operator Average(int[] windows, bool isWhole) => (isWhole, windows) switch
    {
        (true, _) => new GlobalAvgPool(),
        (_, [int length]) => new AvgPool1d(length, length, 0, CeilMode: false),
        (_, [int height, int width]) => new AvgPool2d(new(height, width), new(height, width), 0, CeilMode: false),
        _ => new AvgPool3d(Sizes.Triple([.. windows]), Sizes.Triple([.. windows]), 0, CeilMode: false),
    };

    private static Operator Largest(int[] windows, bool isWhole) => windows switch
    {
        [int length] => new MaxPool1d(length, length, 0, CeilMode: false),
        _ => new MaxPool2d(
            new(windows[0], windows[1]), new(windows[0], windows[1]), 0, CeilMode: false),
    };

    private static Conversion? Divisor(long? divisor) =>
        divisor is null ? null : Conversion.Refused("has a divisor_override");

    private static Conversion? Dilation(long[]? dilation) =>
        dilation is null || dilation.All(step => step == 1) ? null : Conversion.Refused("has a dilation");

    private static Operators.SoftPoolWeighting Weighting(SoftPoolWeighting weighting) => weighting switch
    {
        SoftPoolWeighting.PerChannel => Operators.SoftPoolWeighting.PerChannel,
        _ => Operators.SoftPoolWeighting.SharedAcrossChannels,
    };

    private static int Int(long size) => checked((int)size);
}
