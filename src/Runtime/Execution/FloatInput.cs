using SoftPool.Graph;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>Inputs of floats that the CPU writes.</summary>
internal sealed class FloatInput : InputStage
{
    private readonly ExecutionPlan _plan;
    private readonly DeviceProgram _program;
    private readonly DeviceBuffer _upload;
    // Where each input begins in the upload, in bytes.
    private readonly long[] _offsets;

    public FloatInput(VulkanDevice device, ExecutionPlan plan, DeviceProgram program)
    {
        (_plan, _program) = (plan, program);
        _offsets = new long[plan.Inputs.Count];
        for (int i = 1; i < _offsets.Length; i++)
            _offsets[i] = _offsets[i - 1] + plan.Inputs[i - 1].ByteCount;
        _upload = DeviceBuffer.Upload(device, _offsets[^1] + plan.Inputs[^1].ByteCount);
    }

    /// <summary>Where the CPU writes an input before a run: a whole batch, (N, C, H, W).</summary>
    /// <param name="input">Which of the network's inputs.</param>
    public Span<float> ValuesOf(int input) => _upload.Floats(_offsets[input], _plan.Inputs[input].Count);

    /// <summary>Writes items of each input.</summary>
    public void Write(ReadOnlySpan<ReadOnlyMemory<float>> inputs)
    {
        for (int i = 0; i < inputs.Length; i++)
            inputs[i].Span.CopyTo(ValuesOf(i));
    }

    public override void RecordCopy(Commands commands)
    {
        for (int i = 0; i < _offsets.Length; i++)
            commands.Copy(_upload.Part(_offsets[i], _plan.Inputs[i].ByteCount), _program.PlaceOf(_plan.Inputs[i]));
    }

    public override void Dispose() => _upload.Dispose();
}
