namespace SoftPool;

/// <summary>How a session runs its model.</summary>
/// <param name="Batch">The largest number of items in one run; memory is laid out for it.</param>
/// <param name="KeepLayerOutputs">Whether every layer's output can be read after a run, at the cost of memory and
/// copies. For verification.</param>
/// <param name="Fuse">Whether a kernel computes the ReLU that follows it. Off, every layer has an output of its
/// own.</param>
public readonly record struct SessionOptions(int Batch = 1, bool KeepLayerOutputs = false, bool Fuse = true)
{
    /// <summary>One item, nothing kept, fused.</summary>
    public SessionOptions() : this(Batch: 1)
    {
    }
}
