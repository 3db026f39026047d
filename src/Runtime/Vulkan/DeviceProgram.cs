using System.Runtime.InteropServices;
using Silk.NET.Vulkan;
using SoftPool.Planning;

namespace SoftPool.Vulkan;

/// <summary>
/// An execution plan made ready on a device: weights uploaded, memory laid out, pipelines compiled, the whole run
/// recorded in one command buffer. Running it copies nothing but input and output.
/// </summary>
internal sealed class DeviceProgram : IDisposable
{
    /// <summary>Weights are uploaded through a staging buffer of at most this size.</summary>
    private const int StagingBytes = 16 << 20;

    private readonly VulkanDevice _device;
    private readonly ExecutionPlan _plan;
    private readonly Ownership _ownership = new();
    private readonly Dictionary<Operand, BufferRange> _places = [];
    private readonly Dictionary<Operand, long> _readBackOffsets = [];
    private readonly DeviceBuffer _upload;
    private readonly DeviceBuffer _readBack;
    private readonly CommandRecording _recording;

    public DeviceProgram(VulkanDevice device, ExecutionPlan plan, bool keepLayerOutputs)
    {
        _device = device;
        _plan = plan;
        try
        {
            CheckLimits();
            PlaceActivations(keepLayerOutputs);
            PlaceConstants();
            _upload = _ownership.Take(DeviceBuffer.Upload(device, plan.Input.ByteCount));
            long readBackBytes = 0;
            foreach (Operand operand in plan.LayerOutputs.Values.Where(_ => keepLayerOutputs).Append(plan.Output))
                if (_readBackOffsets.TryAdd(operand, readBackBytes))
                    readBackBytes += operand.ByteCount;
            _readBack = _ownership.Take(DeviceBuffer.ReadBack(device, readBackBytes));
            _recording = _ownership.Take(Record());
        }
        catch
        {
            _ownership.Dispose();
            throw;
        }
    }

    /// <summary>The size of the arena that activations share, in bytes.</summary>
    public long ArenaBytes { get; private set; }

    /// <summary>Where the host writes the input before a run.</summary>
    public Span<float> Input => _upload.Floats(0, _plan.Input.Count);

    /// <summary>Where the host reads a layer's output, or the network's, after a run.</summary>
    public Span<float> Output(Operand operand) => _readBack.Floats(_readBackOffsets[operand], operand.Count);

    /// <summary>Runs the whole network once and waits for it.</summary>
    public void Run() => _recording.SubmitAndWait();

    public void Dispose() => _ownership.Dispose();

    private void CheckLimits()
    {
        GpuDeviceInfo info = _device.Physical.Info;
        PhysicalDeviceLimits limits = _device.Physical.Limits;
        foreach (KernelDispatch dispatch in _plan.Dispatches)
        {
            foreach (Operand operand in dispatch.Operands)
                if (operand.ByteCount > limits.MaxStorageBufferRange)
                    throw new UnsupportedDeviceException(
                        $"Layer {dispatch.Layer} needs a buffer of {operand.ByteCount} bytes, but {info.Name} takes "
                        + $"{limits.MaxStorageBufferRange} at most: take a smaller batch.");
            if (dispatch.Groups.X > GroupLimit(0) || dispatch.Groups.Y > GroupLimit(1))
                throw new UnsupportedDeviceException(
                    $"Layer {dispatch.Layer} needs {dispatch.Groups.X} x {dispatch.Groups.Y} workgroups, but {info.Name} "
                    + $"takes {GroupLimit(0)} x {GroupLimit(1)} at most: take a smaller batch.");
        }
    }

    private unsafe uint GroupLimit(int axis)
    {
        PhysicalDeviceLimits limits = _device.Physical.Limits;
        return limits.MaxComputeWorkGroupCount[axis];
    }

    private void PlaceActivations(bool keepLayerOutputs)
    {
        var arena = new ArenaPlan(
            _plan, (long)_device.Physical.Limits.MinStorageBufferOffsetAlignment, keepLayerOutputs);
        ArenaBytes = arena.ByteCount;
        DeviceBuffer buffer = _ownership.Take(DeviceBuffer.Storage(_device, arena.ByteCount));
        foreach (Operand operand in arena.Operands)
            _places.Add(operand, new BufferRange(buffer.Handle, arena.OffsetOf(operand), operand.ByteCount));
    }

    private void PlaceConstants()
    {
        long alignment = (long)_device.Physical.Limits.MinStorageBufferOffsetAlignment;
        var constants = _plan.Dispatches.SelectMany(dispatch => dispatch.Operands).OfType<Constant>().Distinct().ToList();
        if (constants.Count == 0)
            return;
        long total = constants.Sum(constant => Division.Align(constant.ByteCount, alignment));
        DeviceBuffer buffer = _ownership.Take(DeviceBuffer.Storage(_device, total));
        using DeviceBuffer staging = DeviceBuffer.Upload(_device, Math.Min(total, StagingBytes));
        long offset = 0;
        foreach (Constant constant in constants)
        {
            var place = new BufferRange(buffer.Handle, offset, constant.ByteCount);
            Upload(constant.Data, staging, place);
            _places.Add(constant, place);
            offset += Division.Align(constant.ByteCount, alignment);
        }
    }

    private void Upload(ReadOnlySpan<float> data, DeviceBuffer staging, BufferRange place)
    {
        int chunk = (int)(staging.ByteCount / sizeof(float));
        for (int begin = 0; begin < data.Length; begin += chunk)
        {
            ReadOnlySpan<float> part = data[begin..Math.Min(begin + chunk, data.Length)];
            part.CopyTo(staging.Floats(0, part.Length));
            long byteCount = (long)part.Length * sizeof(float);
            using var copy = new CommandRecording(_device);
            copy.Copy(
                new BufferRange(staging.Handle, 0, byteCount),
                place with { Offset = place.Offset + (long)begin * sizeof(float), ByteCount = byteCount });
            copy.End();
            copy.SubmitAndWait();
        }
    }

    private CommandRecording Record()
    {
        var pipelines = new Dictionary<string, ComputePipeline>();
        DescriptorSets sets = _ownership.Take(new DescriptorSets(
            _device, Math.Max(_plan.Dispatches.Count, 1),
            Math.Max(_plan.Dispatches.Sum(dispatch => dispatch.Operands.Count), 1)));
        var recording = new CommandRecording(_device);
        try
        {
            recording.Copy(new BufferRange(_upload.Handle, 0, _plan.Input.ByteCount), _places[_plan.Input]);
            foreach (KernelDispatch dispatch in _plan.Dispatches)
            {
                string key = $"{dispatch.Kernel}({string.Join(',', dispatch.Specialization)})";
                ref ComputePipeline? pipeline =
                    ref CollectionsMarshal.GetValueRefOrAddDefault(pipelines, key, out bool _);
                pipeline ??= _ownership.Take(new ComputePipeline(
                    _device, dispatch.Kernel, dispatch.Specialization, dispatch.Operands.Count));
                BufferRange[] ranges = [.. dispatch.Operands.Select(operand => _places[operand])];
                recording.Barrier();
                recording.Dispatch(pipeline, sets.Allocate(pipeline.SetLayout, ranges), dispatch.Groups);
            }
            recording.Barrier();
            foreach ((Operand operand, long offset) in _readBackOffsets)
                recording.Copy(
                    _places[operand], new BufferRange(_readBack.Handle, offset, operand.ByteCount));
            recording.End();
            return recording;
        }
        catch
        {
            recording.Dispose();
            throw;
        }
    }
}
