using SoftPool.Graph;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>An input of floats that the CPU writes.</summary>
internal sealed class FloatInput(VulkanDevice device, ExecutionPlan plan, DeviceProgram program) : InputStage
{
    private readonly DeviceBuffer _upload = DeviceBuffer.Upload(device, plan.Input.ByteCount);

    /// <summary>Where the CPU writes the input before a run: a whole batch, (N, C, H, W).</summary>
    public Span<float> Values => _upload.Floats(0, plan.Input.Count);

    public override void RecordCopy(Commands commands) =>
        commands.Copy(_upload.Part(0, plan.Input.ByteCount), program.PlaceOf(plan.Input));

    public override void Dispose() => _upload.Dispose();
}
