using SoftPool.Operators;
using Nn = TorchSharp.Modules;

namespace SoftPool.Torch.Export.Converters;

/// <summary>Functions of each element, softmax and its logarithm. In place or not is the same: a layer that reads what
/// has been changed is refused before.</summary>
internal static class Activations
{
    // What torch leaves out beyond this, log(1 + exp(-20)), is 1e-10 of the result.
    private const double LeastThreshold = 20;

    public static void AddTo(ConverterTable table)
    {
        table.Add<Nn.CELU>((celu, _) => new(new CELU(celu.alpha)));
        table.Add<Nn.ELU>((elu, _) => new(new ELU(elu.alpha)));
        table.Add<Nn.GELU>((gelu, _) => new(new GELU(
            gelu.approximate == Nn.GELU.Approximate.tanh ? GeluApproximation.Tanh : GeluApproximation.None)));
        table.Add<Nn.Hardsigmoid>((_, _) => new(new Hardsigmoid()));
        table.Add<Nn.Hardswish>((_, _) => new(new Hardswish()));
        table.Add<Nn.Hardtanh>((tanh, _) => new(new Hardtanh(tanh.min_val, tanh.max_val)));
        table.Add<Nn.LeakyReLU>((leaky, _) => new(new LeakyReLU(leaky.negative_slope)));
        table.Add<Nn.LogSoftmax>((softmax, call) => Along(softmax.dim, call, axis => new LogSoftmax(axis)));
        table.Add<Nn.Mish>((_, _) => new(new Mish()));
        table.Add<Nn.PReLU>((prelu, _) =>
            new Conversion(new PReLU(checked((int)prelu.num_parameters))).With(("weight", prelu.weight)));
        table.Add<Nn.ReLU>((_, _) => new(new ReLU()));
        table.Add<Nn.ReLU6>((_, _) => new(new ReLU6()));
        // In evaluation mode the slope is the mean of its range.
        table.Add<Nn.RReLU>((relu, _) => new(new LeakyReLU((relu.lower + relu.upper) / 2)));
        table.Add<Nn.SELU>((_, _) => new(new SELU()));
        table.Add<Nn.Sigmoid>((_, _) => new(new Sigmoid()));
        table.Add<Nn.SiLU>((_, _) => new(new SiLU()));
        table.Add<Nn.Softmax>((softmax, call) => Along(softmax.dim, call, axis => new Softmax(axis)));
        table.Add<Nn.Softmax2d>((_, call) => Along(-3, call, axis => new Softmax(axis)));
        table.Add<Nn.Softplus>(Softplus);
        table.Add<Nn.Softsign>((_, _) => new(new Softsign()));
        table.Add<Nn.Tanh>((_, _) => new(new Tanh()));
        table.Add<Nn.Threshold>((threshold, _) => new(new Threshold(threshold.threshold, threshold.value)));
    }

    private static Conversion Along(long dim, ModuleCall call, Func<int, Operator> create) =>
        Sizes.Axis(dim, call.InputShapes[0]) is > 0 and var axis
            ? new(create(axis))
            : Conversion.Refused("goes along the batch");

    private static Conversion Softplus(Nn.Softplus softplus, ModuleCall call) => softplus switch
    {
        { beta: not 1 } => Conversion.Refused("has a beta other than 1"),
        { threshold: < LeastThreshold } => Conversion.Refused($"has a threshold below {LeastThreshold}"),
        _ => new(new Softplus()),
    };
}
