namespace SoftPool;

/// <summary>How a session runs its model.</summary>
/// <param name="Batch">The largest number of items in one run. Memory is allocated for it.</param>
/// <param name="KeepLayerOutputs">Whether every layer's output can be read after a run, for verification. It costs
/// memory and copies.</param>
/// <param name="Fuse">Whether kernels also compute the pointwise operator that follows, and batch norms are folded into
/// convolutions. Without it, every layer has an output of its own.</param>
/// <param name="MaxConcurrentRuns">How many runs may be under way at once, each with activations of its own.</param>
/// <param name="Fp16">Whether weights and activations are stored as 16-bit floats: half the memory, about three digits,
/// nothing beyond 65504. Sums stay in 32 bits. Not every device has it.</param>
/// <param name="Numerics">The device's own arithmetic, or one that gives the same bits on every device.</param>
/// <param name="Tune">Whether the ways to compute the model's convolutions are measured on the device first, for about
/// two seconds at most, where they have not been. The fastest are remembered beside the compiled kernels, and every
/// later session of these shapes takes them. Off, what was never measured is guessed.</param>
public sealed record SessionOptions(
    int Batch = 1, bool KeepLayerOutputs = false, bool Fuse = true, int MaxConcurrentRuns = 1,
    bool Fp16 = false, Numerics Numerics = Numerics.Fast, bool Tune = false)
{
    /// <exception cref="ArgumentException">The options contradict one another, or one is out of range.</exception>
    internal void Check()
    {
        if (MaxConcurrentRuns < 1 || (MaxConcurrentRuns > 1 && KeepLayerOutputs))
            throw new ArgumentException(
                $"A session has at least 1 run in flight, and 1 alone where layers are kept; got {MaxConcurrentRuns}.", "options");
        if (!Enum.IsDefined(Numerics) || (Numerics == Numerics.Strict && Fp16))
            throw new ArgumentException(
                $"A session's numerics are Fast or, in 32 bits alone, Strict; got {Numerics}{(Fp16 ? " in 16 bits" : "")}.", "options");
    }
}
