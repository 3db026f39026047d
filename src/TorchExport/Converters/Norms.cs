using SoftPool.Operators;
using Nn = TorchSharp.Modules;

namespace SoftPool.Torch.Export.Converters;

/// <summary>Normalisations, as they are in evaluation mode.</summary>
internal static class Norms
{
    public static void AddTo(ConverterTable table)
    {
        table.Add<Nn.BatchNorm1d>(BatchNorm);
        table.Add<Nn.BatchNorm2d>(BatchNorm);
        table.Add<Nn.BatchNorm3d>(BatchNorm);
        table.Add<Nn.GroupNorm>((norm, call) =>
            GroupNorm(checked((int)norm.num_groups), norm.eps, norm.weight, norm.bias, call));
        table.Add<Nn.InstanceNorm1d>(InstanceNorm);
        table.Add<Nn.InstanceNorm2d>(InstanceNorm);
        table.Add<Nn.InstanceNorm3d>(InstanceNorm);
        table.Add<Nn.LayerNorm>(LayerNorm);
        table.Add<Nn.LocalResponseNorm>((norm, _) =>
            new(new LocalResponseNorm(checked((int)norm.size), norm.beta, norm.k, norm.alpha)));
    }

    private static Conversion BatchNorm(Nn.NormBase norm, ModuleCall call)
    {
        if (norm.running_mean is null || norm.running_var is null)
            return Conversion.Refused("has no running statistics: what it gives depends on the other items of a batch");
        int channels = checked((int)norm.num_features);
        TensorShape input = call.InputShapes[0];
        return new Conversion(new BatchNorm2d(channels, norm.eps))
        {
            Shape = input.Rank == 3 ? null : new TensorShape(input[0], 1, input.ElementCount / input[0]),
            Weights = Affine(norm.weight, norm.bias, channels),
        }.With(("running_mean", norm.running_mean), ("running_var", norm.running_var));
    }

    /// <summary>In evaluation mode one that tracks statistics normalises by them, as a batch norm does.</summary>
    private static Conversion InstanceNorm(Nn.InstanceNorm norm, ModuleCall call) => norm.track_running_stats
        ? BatchNorm(norm, call)
        : GroupNorm(call.InputShapes[0][0], norm.eps, norm.weight, norm.bias, call);

    private static Conversion GroupNorm(
        int groups, double eps, Nn.Parameter? weight, Nn.Parameter? bias, ModuleCall call)
    {
        TensorShape input = call.InputShapes[0];
        bool isAffine = weight is not null || bias is not null;
        return new Conversion(new GroupNorm(groups, input[0], eps) { Affine = isAffine })
        {
            Weights = isAffine ? Affine(weight, bias, input[0]) : [],
        };
    }

    private static Conversion LayerNorm(Nn.LayerNorm norm, ModuleCall call)
    {
        var shape = new TensorShape([.. norm.normalized_shape.Select(extent => checked((int)extent))]);
        return norm.weight is null && norm.bias is null
            ? new(new LayerNorm(shape, norm.eps) { ElementwiseAffine = false })
            : new(new LayerNorm(shape, norm.eps)) { Weights = Affine(norm.weight, norm.bias, shape.ElementCount) };
    }

    /// <summary>Weight and bias; ones and zeros for what a module does not have.</summary>
    private static Dictionary<string, float[]> Affine(Nn.Parameter? weight, Nn.Parameter? bias, int count) => new()
    {
        ["weight"] = weight is null ? [.. Enumerable.Repeat(1f, count)] : ModuleResult.ValuesOf(weight),
        ["bias"] = bias is null ? new float[count] : ModuleResult.ValuesOf(bias),
    };
}
