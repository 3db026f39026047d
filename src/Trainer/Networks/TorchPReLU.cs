using TorchSharp;
using TorchSharp.Modules;

namespace SoftPool.Trainer.Networks;

/// <summary>As torch.nn.PReLU, which TorchSharp makes with a scalar that nobody keeps (see
/// <see cref="Torch.Scalars"/>).</summary>
internal sealed class TorchPReLU : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly Parameter _weight;

    /// <summary>Slopes that begin as torch's do.</summary>
    public TorchPReLU(int numParameters) : base(nameof(TorchPReLU))
    {
        using Scalar slope = 0.25;
        _weight = torch.nn.Parameter(torch.full([numParameters], slope));
        register_parameter("weight", _weight);
    }

    public override torch.Tensor forward(torch.Tensor input) =>
        torch.nn.functional.prelu(input, _weight.to(input.dtype));
}
