using SoftPool.Planning;

namespace SoftPool.Vulkan;

/// <summary>Runs a program on data of the host's: one command buffer that copies the input in, computes, and copies the outputs
/// back, recorded once.</summary>
internal sealed class HostRun : IDisposable
{
    private readonly Ownership _ownership = new();
    private readonly HostStaging _staging;
    private readonly CommandRecording _recording;

    public HostRun(VulkanDevice device, Model model, ExecutionPlan plan, bool keepLayerOutputs)
    {
        try
        {
            Program = _ownership.Take(new DeviceProgram(device, model, plan, keepLayerOutputs));
            _staging = _ownership.Take(new HostStaging(device, plan, keepLayerOutputs));
            _recording = _ownership.Take(new CommandRecording(device, commands =>
            {
                _staging.RecordUpload(commands, Program);
                Program.RecordLaunches(commands);
                _staging.RecordReadBack(commands, Program);
            }));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public DeviceProgram Program { get; }

    /// <summary>Where the host writes the input before a run.</summary>
    public Span<float> Input => _staging.Input;

    /// <summary>Copies the beginning of a layer's output, or the network's, after a run.</summary>
    public void CopyOutput(Operand operand, Span<float> output) => _staging.CopyOutput(operand, output);

    /// <summary>Of how many items the outputs are there. Whoever has waited for a run says so; 0 from its beginning on.</summary>
    public int Items { get; set; }

    /// <summary>Begins a run.</summary>
    public CommandRecording Submit(in GpuSync sync = default)
    {
        Items = 0;
        _recording.Submit(sync);
        return _recording;
    }

    public void Dispose() => _ownership.Dispose();
}
