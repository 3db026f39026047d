using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>The first part of a run: it puts an input where the program reads it. What follows begins with a
/// barrier.</summary>
internal abstract class InputStage : IDisposable
{
    /// <summary>The kernels that make a part of the input; none where it is copied.</summary>
    public virtual IReadOnlyList<KernelLaunch> LaunchesOf(BatchPart part) => [];

    /// <summary>Records what comes before the launches of a part.</summary>
    public virtual void RecordCopy(Commands commands, BatchPart part)
    {
    }

    /// <summary>Records a launch of a part, with the barrier that it needs.</summary>
    public virtual void RecordLaunch(Commands commands, BatchPart part, int index) =>
        throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Records all of a part.</summary>
    public void Record(Commands commands, BatchPart part)
    {
        RecordCopy(commands, part);
        for (int i = 0; i < LaunchesOf(part).Count; i++)
            RecordLaunch(commands, part, i);
    }

    /// <summary>Frees what the stage made.</summary>
    public abstract void Dispose();
}
