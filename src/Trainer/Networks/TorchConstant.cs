using TorchSharp;

namespace SoftPool.Trainer.Networks;

/// <summary>A tensor that is the same for each item of a batch, and that training leaves alone.</summary>
internal sealed class TorchConstant : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly torch.Tensor _weight;

    /// <summary>Zeros, until weights are loaded.</summary>
    public TorchConstant(long[] shape) : base(nameof(TorchConstant))
    {
        _weight = torch.zeros(shape);
        register_buffer("weight", _weight);
    }

    public override torch.Tensor forward(torch.Tensor input) =>
        _weight.to(input.dtype).unsqueeze(0).expand([input.shape[0], .. _weight.shape]);
}
