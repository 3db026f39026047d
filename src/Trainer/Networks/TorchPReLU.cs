using TorchSharp;

namespace SoftPool.Trainer.Networks;

/// <summary>As torch.nn.PReLU, which TorchSharp makes with a scalar that nobody keeps (see
/// <see cref="Torch.Scalars"/>).</summary>
internal sealed class TorchPReLU : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private const string Weight = "weight";

    /// <summary>Slopes that begin as torch's do.</summary>
    public TorchPReLU(int numParameters) : base(nameof(TorchPReLU))
    {
        using Scalar slope = 0.25;
        register_parameter(Weight, torch.nn.Parameter(torch.full([numParameters], slope)));
    }

    public override torch.Tensor forward(torch.Tensor input)
    {
        // Asked for anew: a module that is converted to another type has another parameter.
        torch.Tensor weight = get_parameter(Weight)
            ?? throw new InvalidOperationException("The parameter of the slopes is gone.");
        return torch.nn.functional.prelu(input, weight.to(input.dtype));
    }
}
