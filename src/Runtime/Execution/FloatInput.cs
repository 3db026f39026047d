using SoftPool.Graph;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>Inputs of floats that the CPU writes: where the program reads them, if the CPU sees that memory, else where
/// they are copied from.</summary>
internal sealed class FloatInput : InputStage
{
    private readonly ExecutionPlan _plan;
    private readonly DeviceProgram _program;
    private readonly DeviceBuffer? _upload;
    private readonly int _batch;
    // Where each input begins in the upload, in bytes.
    private readonly long[] _offsets;

    /// <param name="device">Where the program runs.</param>
    /// <param name="plan">The program's plan.</param>
    /// <param name="program">The program.</param>
    /// <param name="batch">The items of a run, which the program may compute in parts.</param>
    public FloatInput(VulkanDevice device, ExecutionPlan plan, DeviceProgram program, int batch)
    {
        (_plan, _program, _batch) = (plan, program, batch);
        _offsets = new long[plan.Inputs.Count];
        if (program.HostInputs is not null)
            return;
        long end = 0;
        for (int i = 0; i < _offsets.Length; i++)
            (_offsets[i], end) = (end, end + plan.Inputs[i].ByteCount / plan.Batch * batch);
        _upload = DeviceBuffer.Upload(device, end);
    }

    /// <summary>Where the CPU writes an input before a run: a whole batch, (N, C, H, W).</summary>
    /// <param name="input">Which of the network's inputs.</param>
    public Span<float> ValuesOf(int input) => _upload is null
        ? _program.HostInputs!.Floats(_program.PlaceOf(_plan.Inputs[input]).Offset, _plan.Inputs[input].Count)
        : _upload.Floats(_offsets[input], _plan.Inputs[input].Count / _plan.Batch * _batch);

    /// <summary>Writes items of each input.</summary>
    public void Write(ReadOnlySpan<ReadOnlyMemory<float>> inputs)
    {
        for (int i = 0; i < inputs.Length; i++)
            inputs[i].Span.CopyTo(ValuesOf(i));
    }

    public override void RecordCopy(Commands commands, BatchPart part)
    {
        for (int i = 0; i < _offsets.Length && _upload is not null; i++)
        {
            BufferRange place = _program.PlaceOf(_plan.Inputs[i]);
            commands.Copy(
                _upload.Part(_offsets[i] + place.ByteCount / part.Items * part.First, place.ByteCount), place);
        }
    }

    public override void Dispose() => _upload?.Dispose();
}
