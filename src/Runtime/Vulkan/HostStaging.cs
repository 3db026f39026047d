using SoftPool.Planning;

namespace SoftPool.Vulkan;

/// <summary>The memory through which a program's input and outputs go between host and device.</summary>
internal sealed class HostStaging : IDisposable
{
    private readonly Ownership _ownership = new();
    private readonly ExecutionPlan _plan;
    private readonly DeviceBuffer _upload, _readBack;
    private readonly Dictionary<Operand, long> _offsets = [];

    public HostStaging(VulkanDevice device, ExecutionPlan plan, bool keepLayerOutputs)
    {
        _plan = plan;
        long readBackBytes = 0;
        foreach (Operand operand in plan.LayerOutputs.Values.Where(_ => keepLayerOutputs).Append(plan.Output))
            if (_offsets.TryAdd(operand, readBackBytes))
                readBackBytes += operand.ByteCount;
        try
        {
            _upload = _ownership.Take(DeviceBuffer.Upload(device, plan.Input.ByteCount));
            _readBack = _ownership.Take(DeviceBuffer.ReadBack(device, readBackBytes));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where the host writes the input before a run.</summary>
    public Span<float> Input => _upload.Floats(0, _plan.Input.Count);

    /// <summary>Copies the beginning of a layer's output, or the network's, after a run.</summary>
    public void CopyOutput(Operand operand, Span<float> output)
    {
        if (!operand.IsHalf)
        {
            _readBack.Floats(_offsets[operand], output.Length).CopyTo(output);
            return;
        }
        Span<Half> halves = _readBack.Mapped<Half>(_offsets[operand], output.Length);
        for (int i = 0; i < output.Length; i++)
            output[i] = (float)halves[i];
    }

    public void RecordUpload(Commands commands, DeviceProgram program) =>
        commands.Copy(new BufferRange(_upload.Handle, 0, _plan.Input.ByteCount), program.PlaceOf(_plan.Input));

    public void RecordReadBack(Commands commands, DeviceProgram program)
    {
        foreach ((Operand operand, long offset) in _offsets)
            commands.Copy(program.PlaceOf(operand), new BufferRange(_readBack.Handle, offset, operand.ByteCount));
        commands.BarrierToHost();
    }

    public void Dispose() => _ownership.Dispose();
}
