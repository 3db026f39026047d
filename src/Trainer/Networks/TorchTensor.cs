using TorchSharp;

namespace SoftPool.Trainer.Networks;

/// <summary>From torch's tensors to the runtime's.</summary>
internal static class TorchTensor
{
    /// <summary>Copies to the CPU, as floats.</summary>
    public static Tensor ToTensor(torch.Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        return new Tensor(
            new TensorShape([.. tensor.shape.Select(extent => (int)extent)]),
            tensor.detach().cpu().to(torch.float32).contiguous().data<float>().ToArray());
    }
}
