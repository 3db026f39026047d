using SoftPool.Graph;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>An input that is in a buffer of the host's.</summary>
internal sealed class BufferInput(BufferRegion buffer, ExecutionPlan plan, DeviceProgram program) : InputStage
{
    public override void RecordCopy(Commands commands) =>
        commands.Copy(BufferRange.Of(buffer, plan.Input), program.PlaceOf(plan.Input));

    // The buffer is the host's.
    public override void Dispose()
    {
    }
}
