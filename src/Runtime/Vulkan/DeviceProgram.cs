using Silk.NET.Vulkan;
using SoftPool.Planning;

namespace SoftPool.Vulkan;

/// <summary>
/// An execution plan made ready on a device: weights there, memory laid out, pipelines compiled, descriptors written. It
/// records itself into command buffers; one program computes one batch at a time.
/// </summary>
internal sealed class DeviceProgram : IDisposable
{
    private readonly Ownership _ownership = new();
    private readonly ExecutionPlan _plan;
    private readonly WeightStore _weights;
    private readonly Dictionary<Operand, BufferRange> _places = [];
    private readonly List<(ComputePipeline Pipeline, DescriptorSet Set)> _launches = [];

    public DeviceProgram(VulkanDevice device, Model model, ExecutionPlan plan, bool keepLayerOutputs)
    {
        _plan = plan;
        try
        {
            CheckLimits(device);
            _weights = _ownership.Take(device.Weights.Take(device, model)).Store;
            Constant[] constants = [.. plan.Dispatches.SelectMany(dispatch => dispatch.Operands).OfType<Constant>().Distinct()];
            foreach ((Constant constant, BufferRange place) in constants.Zip(_weights.PlacesOf(constants)))
                _places.Add(constant, place);
            PlaceActivations(device, keepLayerOutputs);
            PrepareLaunches(device);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The size of the arena that activations share, in bytes.</summary>
    public long ArenaBytes { get; private set; }

    /// <summary>The size of the model's weights on the device, in bytes; its sessions share them.</summary>
    public long WeightBytes => _weights.ByteCount;

    /// <summary>Where an activation is while the program runs.</summary>
    public BufferRange PlaceOf(Operand operand) => _places[operand];

    /// <summary>Records a launch; what was recorded before it is done then.</summary>
    public void RecordLaunch(Commands commands, int index)
    {
        (ComputePipeline pipeline, DescriptorSet set) = _launches[index];
        commands.Barrier();
        commands.Dispatch(pipeline, set, _plan.Dispatches[index].Groups);
    }

    /// <summary>Records all launches.</summary>
    public void RecordLaunches(Commands commands)
    {
        for (int i = 0; i < _launches.Count; i++)
            RecordLaunch(commands, i);
        commands.Barrier();
    }

    /// <summary>Records a whole run between two buffers of a host's.</summary>
    public void RecordBetween(VulkanDevice device, nint commandBuffer, GpuBuffer input, GpuBuffer output)
    {
        var commands = new Commands(device.Api, new CommandBuffer(commandBuffer));
        commands.BarrierFromAll();
        commands.Copy(RangeOf(input, _plan.Input), _places[_plan.Input]);
        RecordLaunches(commands);
        commands.Copy(_places[_plan.Output], RangeOf(output, _plan.Output));
        commands.BarrierToAll();

        static BufferRange RangeOf(GpuBuffer buffer, Operand operand) =>
            new(new Silk.NET.Vulkan.Buffer(buffer.Handle), buffer.Offset, operand.ByteCount);
    }

    public void Dispose() => _ownership.Dispose();

    private void CheckLimits(VulkanDevice device)
    {
        GpuDeviceInfo info = device.Physical.Info;
        PhysicalDeviceLimits limits = device.Physical.Limits;
        (uint X, uint Y) most = GroupLimits(limits);
        foreach (KernelDispatch dispatch in _plan.Dispatches)
        {
            foreach (Operand operand in dispatch.Operands)
                if (operand.ByteCount > limits.MaxStorageBufferRange)
                    throw new UnsupportedDeviceException(
                        $"Layer {dispatch.Layer} needs a buffer of {operand.ByteCount} bytes, but {info.Name} takes "
                        + $"{limits.MaxStorageBufferRange} at most: {RemedyFor(operand)}.");
            if (dispatch.Groups.X > most.X || dispatch.Groups.Y > most.Y)
                throw new UnsupportedDeviceException(
                    $"Layer {dispatch.Layer} needs {dispatch.Groups.X} x {dispatch.Groups.Y} workgroups, but {info.Name} "
                    + $"takes {most.X} x {most.Y} at most: "
                    + $"smaller {(_plan.Batch > 1 ? "batches, " : "")}inputs and layers take fewer.");
        }
    }

    private string RemedyFor(Operand operand) => operand switch
    {
        Constant { IsHalf: true } => "its weights do not fit",
        Constant => "its weights do not fit, unless SessionOptions.Fp16 halves them",
        _ when _plan.Batch > 1 => $"take a smaller batch than {_plan.Batch}",
        _ when !_plan.Input.IsHalf && !operand.IsHalf => "the batch is 1 already, so take SessionOptions.Fp16 or a network for smaller inputs",
        _ => "the batch is 1 already, so take a network for smaller inputs",
    };

    private static unsafe (uint X, uint Y) GroupLimits(PhysicalDeviceLimits limits) =>
        (limits.MaxComputeWorkGroupCount[0], limits.MaxComputeWorkGroupCount[1]);

    private void PlaceActivations(VulkanDevice device, bool keepLayerOutputs)
    {
        var arena = new ArenaPlan(_plan, device.Physical.BufferAlignment, keepLayerOutputs, device.GuardBytes);
        ArenaBytes = arena.ByteCount;
        DeviceBuffer buffer = _ownership.Take(DeviceBuffer.Storage(device, arena.ByteCount));
        foreach (Operand operand in arena.Operands)
            _places.Add(operand, new BufferRange(buffer.Handle, arena.OffsetOf(operand), operand.ByteCount));
    }

    private void PrepareLaunches(VulkanDevice device)
    {
        IReadOnlyList<KernelDispatch> dispatches = _plan.Dispatches;
        DescriptorSets sets = _ownership.Take(DescriptorSets.For(device, dispatches));
        foreach (KernelDispatch dispatch in dispatches)
        {
            ComputePipeline pipeline = _ownership.Take(device.Pipelines.Take(dispatch)).Pipeline;
            BufferRange[] ranges = [.. dispatch.Operands.Select(operand => _places[operand])];
            _launches.Add((pipeline, sets.Allocate(pipeline.SetLayout, dispatch, ranges)));
        }
    }
}
