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

    /// <param name="device">Where it runs.</param>
    /// <param name="model">The network and its weights.</param>
    /// <param name="plan">What runs.</param>
    /// <param name="keepLayerOutputs">Whether every layer's output is there after a run.</param>
    /// <param name="sharesInputs">Whether the inputs lie where the CPU writes them, if it sees all memory of the
    /// device.</param>
    public DeviceProgram(
        VulkanDevice device, Model model, ExecutionPlan plan, bool keepLayerOutputs, bool sharesInputs = false)
    {
        _plan = plan;
        try
        {
            CheckLimits(device);
            if (sharesInputs && device.Physical.Memory.AreAllHostVisible && device.GuardBytes == 0)
                PlaceInputs(device);
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

    /// <summary>The size of the arena that activations share, in bytes, with the inputs where these are beside
    /// it.</summary>
    public long ArenaBytes { get; private set; }

    /// <summary>Where the CPU writes the inputs and the kernels read them; null where they are in the arena.</summary>
    public DeviceBuffer? HostInputs { get; private set; }

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

    /// <summary>Records an input stage that waits for whatever is ahead of it.</summary>
    public static void RecordFrom(Commands commands, InputStage input, BatchPart part)
    {
        commands.BarrierFromAll();
        input.Record(commands, part);
    }

    /// <summary>Records the copy of each output to a buffer of the host's; whatever follows waits for it.</summary>
    public void RecordTo(Commands commands, ReadOnlySpan<BufferRegion> outputs, BatchPart part)
    {
        commands.Barrier();
        for (int i = 0; i < outputs.Length; i++)
        {
            BufferRange to = BufferRange.Of(outputs[i], _plan.Outputs[i], part.First, part.Items);
            commands.Copy(_places[_plan.Outputs[i]] with { ByteCount = to.ByteCount }, to);
        }
        commands.BarrierToAll();
    }

    public void Dispose() => _ownership.Dispose();

    /// <summary>Refuses what does not fit even where a batch is computed in parts: weights, and single items.</summary>
    private void CheckLimits(VulkanDevice device)
    {
        GpuDeviceInfo info = device.Physical.Info;
        long largest = device.Physical.LargestOperand;
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
                    + $"but {info.Name} takes {most.X} x {most.Y} at most: smaller inputs and layers take fewer.");
        }
    }

    private string RemedyFor(Operand operand) => operand switch
    {
        Constant { IsHalf: true } => "its weights do not fit",
        Constant => "its weights do not fit, unless 16-bit storage halves them",
        _ when !_plan.Inputs[0].IsHalf && !operand.IsHalf =>
            "one item alone takes as much, so take 16-bit storage or a network for smaller inputs",
        _ => "one item alone takes as much, so take a network for smaller inputs",
    };

    private void PlaceInputs(VulkanDevice device)
    {
        long end = 0;
        var offsets = new long[_plan.Inputs.Count];
        for (int i = 0; i < offsets.Length; i++)
            (offsets[i], end) =
                (end, Division.Align(end + _plan.Inputs[i].ByteCount, device.Physical.BufferAlignment));
        DeviceBuffer buffer = _ownership.Take(DeviceBuffer.FilledStorage(device, end));
        if (!buffer.IsMapped)
            return; // The memory that the CPU sees was full.
        HostInputs = buffer;
        ArenaBytes += end;
        for (int i = 0; i < offsets.Length; i++)
            _places.Add(_plan.Inputs[i], buffer.Part(offsets[i], _plan.Inputs[i].ByteCount));
    }

    private void PlaceActivations(VulkanDevice device, bool keepLayerOutputs)
    {
        var arena = new ArenaPlan(
            _plan, device.Physical.BufferAlignment, keepLayerOutputs, device.GuardBytes, _barriers,
            Math.Min(device.Physical.LargestBuffer, device.Physical.LargestAllocation), HostInputs is null);
        ArenaBytes += arena.ByteCount;
        DeviceBuffer[] pieces =
            [.. arena.Pieces.Select(byteCount => _ownership.Take(DeviceBuffer.Storage(device, byteCount)))];
        foreach (Operand operand in arena.Operands)
        {
            (int piece, long offset) = arena.PlaceOf(operand);
            _places.Add(operand, pieces[piece].Part(offset, operand.ByteCount));
        }
        foreach (Activation part in _plan.Activations.Where(activation => activation.Root != activation))
        {
            BufferRange whole = _places[part.Root];
            _places.Add(part, whole with { Offset = whole.Offset + part.BeginBytes, ByteCount = part.ByteCount });
        }
    }

    private void PrepareLaunches(VulkanDevice device)
    {
        IReadOnlyList<KernelLaunch> dispatches = _plan.Launches;
        DescriptorSets sets = _ownership.Take(DescriptorSets.For(device, dispatches));
        using var compiled = new Ownership();
        device.Pipelines.Compile(dispatches, compiled);
        foreach (KernelLaunch dispatch in dispatches)
        {
            ComputePipeline pipeline = _ownership.Take(device.Pipelines.Take(dispatch)).Pipeline;
            BufferRange[] ranges = [.. dispatch.Operands.Select(operand => _places[operand])];
            _launches.Add(sets.Bind(pipeline, dispatch, ranges));
        }
    }
}
