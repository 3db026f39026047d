using SoftPool.Graph;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>Inputs that are in buffers of the host's, one for each input of the network.</summary>
internal sealed class BufferInput(IReadOnlyList<BufferRegion> buffers, ExecutionPlan plan, DeviceProgram program)
    : InputStage
{
    public override void RecordCopy(Commands commands, BatchPart part)
    {
        for (int i = 0; i < plan.Inputs.Count; i++)
            commands.Copy(
                BufferRange.Of(buffers[i], plan.Inputs[i], part.First, part.Items), program.PlaceOf(plan.Inputs[i]));
    }

    // The buffers are the host's.
    public override void Dispose()
    {
    }
}
