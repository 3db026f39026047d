using TorchSharp;

namespace SoftPool.Trainer.Networks;

/// <summary>What torch's tensors are turned into.</summary>
internal static class TorchTensor
{
    /// <summary>(N, C, H, W) in the memory format in which torch's pools run ten times faster on the CPU, and
    /// convolutions as fast.</summary>
    public static torch.Tensor ChannelsLast(torch.Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        return images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>Copies to the CPU, as floats.</summary>
    public static Tensor ToTensor(torch.Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        return new Tensor(
            new TensorShape([.. tensor.shape.Select(extent => (int)extent)]),
            tensor.detach().cpu().to(torch.float32).contiguous().data<float>().ToArray());
    }
}
