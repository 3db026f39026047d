using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>An execution plan made ready on a device: weights there, memory laid out, pipelines compiled, descriptors
/// written. It records itself into command buffers; one program computes one batch at a time.</summary>
internal sealed class DeviceProgram : IDisposable
{
    private readonly Ownership _ownership = new();
    private readonly ExecutionPlan _plan;
    private readonly WeightStore _weights;
    private readonly Dictionary<Operand, BufferRange> _places = [];
    private readonly List<BoundLaunch> _launches = [];
    private readonly BarrierPlan _barriers;

    public DeviceProgram(VulkanDevice device, Model model, ExecutionPlan plan, bool keepLayerOutputs)
    {
        _plan = plan;
        try
        {
            CheckLimits(device);
            _weights = _ownership.Take(device.Weights.Take(device, model)).Store;
            Constant[] constants =
            [
                .. plan.Launches.SelectMany(dispatch => dispatch.Operands).OfType<Constant>().Distinct(),
            ];
            foreach ((Constant constant, BufferRange place) in constants.Zip(_weights.PlacesOf(constants)))
                _places.Add(constant, place);
            _barriers = new BarrierPlan(plan.Launches, device.Pipelines.AccessOf);
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
        commands.Barrier();
        commands.Dispatch(_launches[index]);
    }

    /// <summary>Records all launches. Those that do not depend on each other may run at the same time.</summary>
    public void RecordLaunches(Commands commands)
    {
        for (int i = 0; i < _launches.Count; i++)
        {
            if (_barriers.IsBefore(i))
                commands.Barrier();
            commands.Dispatch(_launches[i]);
        }
    }

    /// <summary>Records a whole run into a buffer of the host's. It waits for whatever is ahead of it, and whatever
    /// follows waits for it.</summary>
    public void RecordInto(Commands commands, InputStage input, ReadOnlySpan<BufferRegion> outputs)
    {
        RecordFrom(commands, input);
        RecordLaunches(commands);
        RecordTo(commands, outputs);
    }

    /// <summary>Records an input stage that waits for whatever is ahead of it.</summary>
    public static void RecordFrom(Commands commands, InputStage input)
    {
        commands.BarrierFromAll();
        input.Record(commands);
    }

    /// <summary>Records the copy of each output to a buffer of the host's; whatever follows waits for it.</summary>
    public void RecordTo(Commands commands, ReadOnlySpan<BufferRegion> outputs)
    {
        commands.Barrier();
        for (int i = 0; i < outputs.Length; i++)
            commands.Copy(_places[_plan.Outputs[i]], BufferRange.Of(outputs[i], _plan.Outputs[i]));
        commands.BarrierToAll();
    }

    public void Dispose() => _ownership.Dispose();

    private void CheckLimits(VulkanDevice device)
    {
        GpuDeviceInfo info = device.Physical.Info;
        long largest = device.Physical.Limits.MaxStorageBufferRange;
        (uint X, uint Y) most = device.Physical.MostGroups;
        foreach (KernelLaunch dispatch in _plan.Launches)
        {
            foreach (Operand operand in dispatch.Operands)
                if (operand.ByteCount > largest)
                    throw new DeviceLimitException(
                        $"Layer {dispatch.Layer} needs a buffer of {operand.ByteCount} bytes, but {info.Name} takes "
                        + $"{largest} at most: {RemedyFor(operand)}.");
            if (dispatch.Groups.X > most.X || dispatch.Groups.Y > most.Y)
                throw new DeviceLimitException(
                    $"Layer {dispatch.Layer} needs {dispatch.Groups.X} x {dispatch.Groups.Y} workgroups, "
                    + $"but {info.Name} takes {most.X} x {most.Y} at most: "
                    + $"smaller {(_plan.Batch > 1 ? "batches, " : "")}inputs and layers take fewer.");
        }
    }

    private string RemedyFor(Operand operand) => operand switch
    {
        Constant { IsHalf: true } => "its weights do not fit",
        Constant => "its weights do not fit, unless SessionOptions.Fp16 halves them",
        _ when _plan.Batch > 1 => $"take a smaller batch than {_plan.Batch}",
        _ when !_plan.Inputs[0].IsHalf && !operand.IsHalf => "the batch is 1 already, so take SessionOptions.Fp16 or a "
            + "network for smaller inputs",
        _ => "the batch is 1 already, so take a network for smaller inputs",
    };

    private void PlaceActivations(VulkanDevice device, bool keepLayerOutputs)
    {
        var arena = new ArenaPlan(
            _plan, device.Physical.BufferAlignment, keepLayerOutputs, device.GuardBytes, _barriers);
        ArenaBytes = arena.ByteCount;
        DeviceBuffer buffer = _ownership.Take(DeviceBuffer.Storage(device, arena.ByteCount));
        foreach (Operand operand in arena.Operands)
            _places.Add(operand, buffer.Part(arena.OffsetOf(operand), operand.ByteCount));
    }

    private void PrepareLaunches(VulkanDevice device)
    {
        IReadOnlyList<KernelLaunch> dispatches = _plan.Launches;
        DescriptorSets sets = _ownership.Take(DescriptorSets.For(device, dispatches));
        foreach (KernelLaunch dispatch in dispatches)
        {
            ComputePipeline pipeline = _ownership.Take(device.Pipelines.Take(dispatch)).Pipeline;
            BufferRange[] ranges = [.. dispatch.Operands.Select(operand => _places[operand])];
            _launches.Add(sets.Bind(pipeline, dispatch, ranges));
        }
    }
}
