using System.Runtime.Intrinsics.X86;
using TorchSharp;

namespace SoftPool.Trainer.Training;

/// <summary>
/// What convolutions, linear layers and activations compute in. Weights, SoftPool's exponentials and sums, the loss and
/// the optimiser stay in fp32 in all of them.
/// </summary>
internal enum Precision
{
    /// <summary>32 bits throughout.</summary>
    Fp32,

    /// <summary>bfloat16: fp32's range with 8 bits of mantissa.</summary>
    Bf16,

    /// <summary>IEEE half: 11 bits of mantissa, a small range, so that the loss is scaled before backward.</summary>
    Fp16,
}

internal static class PrecisionTypes
{
    /// <summary>The element type of a precision in torch.</summary>
    public static torch.ScalarType ScalarType(this Precision precision) => precision switch
    {
        Precision.Bf16 => torch.ScalarType.BFloat16,
        Precision.Fp16 => torch.ScalarType.Float16,
        _ => torch.ScalarType.Float32,
    };

    /// <summary>Why a precision will be slower than fp32 on the CPU of this machine; null where it will not.</summary>
    public static string? SlowOnThisCpu(this Precision precision) => precision switch
    {
        // CPUID leaf 7, subleaf 1, EAX bit 5: AVX512_BF16.
        Precision.Bf16 when !X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7
            || (X86Base.CpuId(7, 1).Eax & (1 << 5)) == 0 =>
            "this CPU has no AVX-512 BF16",
        Precision.Fp16 => "fp16 is meant for CUDA",
        _ => null,
    };
}
