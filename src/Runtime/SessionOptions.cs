namespace SoftPool;

/// <summary>The options of an <see cref="InferenceSession"/>.</summary>
/// <param name="Batch">The largest number of items in one run, at least 1. Memory is allocated for this number.</param>
/// <param name="KeepLayerOutputs">Whether <see cref="InferenceSession.ReadLayer"/> can read the outputs of the layers
/// after a run, for verification. It costs memory and copies, and needs a MaxConcurrentRuns of 1.</param>
/// <param name="Fuse">Whether a kernel also computes the pointwise operator that follows, and batch norms are folded
/// into convolutions. If false, each layer has an output of its own.</param>
/// <param name="MaxConcurrentRuns">The largest number of runs in progress at once, 1 to
/// <see cref="MostConcurrentRuns"/>. Each has its own activations, which are allocated when the session is
/// created.</param>
/// <param name="Fp16">Whether weights and activations are stored as 16-bit floats. They need half the memory and have
/// about three decimal digits and a largest value of 65504. Sums stay in 32 bits. Not every device supports this. It
/// needs <see cref="Numerics.Fast"/>.</param>
/// <param name="Numerics">The arithmetic: the device's own, or one that gives the same bits on every device.</param>
/// <param name="Tune">Whether the kernels for the model's convolutions and linear layers are measured on the device when
/// the session is created. Layers that were measured before are not measured again. Measuring takes about two seconds
/// at most, with the driver's compilation of what is measured about ten.
/// The fastest kernels are stored in <see cref="GpuDeviceOptions.PipelineCacheFolder"/>, and all later sessions with
/// these shapes use them. A kernel for a layer that was never measured is chosen by an estimate. No effect with
/// <see cref="Numerics.Strict"/>.</param>
public sealed record SessionOptions(
    int Batch = 1, bool KeepLayerOutputs = false, bool Fuse = true, int MaxConcurrentRuns = 1,
    bool Fp16 = false, Numerics Numerics = Numerics.Fast, bool Tune = false)
{
    /// <summary>The largest <see cref="MaxConcurrentRuns"/>: a device's queue is full with a few runs, and the memory
    /// of each is allocated even if it is never used.</summary>
    public const int MostConcurrentRuns = 1000;

    /// <exception cref="ArgumentException">The options contradict one another, or one is out of range.</exception>
    internal void Check()
    {
        if (MaxConcurrentRuns is < 1 or > MostConcurrentRuns || (MaxConcurrentRuns > 1 && KeepLayerOutputs))
            throw new ArgumentException(
                $"A session has 1 to {MostConcurrentRuns} runs at once, and 1 alone where layers are kept; "
                + $"got {MaxConcurrentRuns}.",
                "options");
        if (!Enum.IsDefined(Numerics) || (Numerics == Numerics.Strict && Fp16))
            throw new ArgumentException(
                "A session's numerics are Fast or, in 32 bits alone, Strict; "
                + $"got {Numerics}{(Fp16 ? " in 16 bits" : "")}.",
                "options");
    }
}
