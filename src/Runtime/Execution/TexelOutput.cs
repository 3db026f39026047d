using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>The only output of a network as texels of one format, from where they are copied to images of the host's,
/// one for each item.</summary>
internal sealed class TexelOutput : IDisposable
{
    private readonly Ownership _ownership = new();
    private readonly DeviceBuffer _texels;
    private readonly BoundLaunch[] _parts;
    private readonly long _itemBytes;

    /// <exception cref="DeviceLimitException">A buffer exceeds what the device takes.</exception>
    public TexelOutput(PlannedModel planned, DeviceProgram program, TexelFormat format)
    {
        VulkanDevice device = planned.Device;
        NetworkOutput output = planned.Model.Graph.Outputs[0];
        Operand from = planned.Plan.Outputs[0];
        _itemBytes = TexelPlan.ItemBytes(output.Shape, format);
        _parts = new BoundLaunch[planned.Parts.Count];
        long partBytes = _itemBytes * planned.Plan.Batch, largest = device.Physical.LargestOperand;
        if (partBytes > largest)
            throw new DeviceLimitException(
                $"Images of the output take a buffer of {partBytes} bytes, but {device.Physical.Info.Name} takes "
                + $"{largest} at most: give buffers, or take a smaller batch.");
        try
        {
            _texels = _ownership.Take(DeviceBuffer.Storage(device, _itemBytes * planned.Batch));
            KernelLaunch launch = TexelPlan.Of(
                output, planned.Plan.Batch, format, from, new Activation(partBytes / sizeof(uint)));
            ComputePipeline pipeline = _ownership.Take(device.Pipelines.Take(launch)).Pipeline;
            DescriptorSets sets = _ownership.Take(DescriptorSets.For(
                device, [.. Enumerable.Repeat(launch, planned.Parts.Count)]));
            foreach (BatchPart part in planned.Parts)
                _parts[part.Index] = sets.Bind(
                    pipeline, launch,
                    [program.PlaceOf(from), _texels.Part(_itemBytes * part.First, partBytes)]);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Records a part of a run: what of its output becomes texels and, with the last part, the copies of all
    /// items to images. Whatever follows waits for it.</summary>
    public void Record(Commands commands, ReadOnlySpan<OutputImage> images, BatchPart part)
    {
        commands.Barrier();
        commands.Dispatch(_parts[part.Index]);
        if (part.Index == _parts.Length - 1)
        {
            commands.Barrier();
            for (int i = 0; i < images.Length; i++)
                commands.CopyTo(images[i], TexelsOf(i));
        }
        commands.BarrierToAll();
    }

    /// <summary>Where the texels of an item are.</summary>
    public BufferRange TexelsOf(int item) => _texels.Part(_itemBytes * item, _itemBytes);

    public void Dispose() => _ownership.Dispose();
}
