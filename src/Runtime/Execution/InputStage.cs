using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>The first part of a run: it puts an input where the program reads it. What follows begins with a
/// barrier.</summary>
internal abstract class InputStage : IDisposable
{
    /// <summary>The kernels that make the input; none where it is copied.</summary>
    public virtual IReadOnlyList<KernelLaunch> Launches => [];

    /// <summary>Records what comes before the launches.</summary>
    public virtual void RecordCopy(Commands commands)
    {
    }

    /// <summary>Records a launch, with the barrier that it needs.</summary>
    public virtual void RecordLaunch(Commands commands, int index) => throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Records all of it.</summary>
    public void Record(Commands commands)
    {
        RecordCopy(commands);
        for (int i = 0; i < Launches.Count; i++)
            RecordLaunch(commands, i);
    }

    /// <summary>Frees what the stage made.</summary>
    public abstract void Dispose();
}
