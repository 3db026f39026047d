using TorchSharp;

namespace SoftPool.Trainer.Networks;

/// <summary>Where torch computes.</summary>
internal static class TorchDevice
{
    /// <summary>CUDA where that is available, else the CPU.</summary>
    public static torch.Device Best => Of(torch.cuda.is_available());

    /// <summary>CUDA or the CPU. fp32 is that from now on, in the whole process: torch lets convolutions on CUDA have
    /// TF32's ten bits of mantissa unless told not to.</summary>
    /// <param name="cuda">Whether it is CUDA.</param>
    /// <param name="process">The place of this process among those on this machine: each takes a GPU of its own, as far
    /// as there are as many.</param>
    public static torch.Device Of(bool cuda, int process = 0)
    {
        torch.backends.cudnn.allow_tf32 = false;
        torch.backends.cuda.matmul.allow_tf32 = false;
        return process > 0 && cuda
            ? torch.device(DeviceType.CUDA, process % torch.cuda.device_count())
            : torch.device(cuda ? "cuda" : "cpu");
    }
}
