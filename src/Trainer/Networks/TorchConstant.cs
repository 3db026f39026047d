using TorchSharp;

namespace SoftPool.Trainer.Networks;

/// <summary>A tensor that is the same for each item of a batch, and that training leaves alone.</summary>
internal sealed class TorchConstant : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private const string Weight = "weight";

    /// <summary>Zeros, until weights are loaded.</summary>
    public TorchConstant(long[] shape) : base(nameof(TorchConstant)) => register_buffer(Weight, torch.zeros(shape));

    public override torch.Tensor forward(torch.Tensor input)
    {
        // Asked for anew: a module that is converted to another type has another buffer.
        torch.Tensor weight = get_buffer(Weight)
            ?? throw new InvalidOperationException("The buffer of the constant is gone.");
        return weight.to(input.dtype).unsqueeze(0).expand([input.shape[0], .. weight.shape]);
    }
}
