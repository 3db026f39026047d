using SoftPool.Graph;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>A model with its plan for a device: what every mode of running it makes its program of.</summary>
internal sealed record PlannedModel(VulkanDevice Device, Model Model, ExecutionPlan Plan)
{
    private BatchPart[]? _parts;

    /// <summary>The items of a run. The plan computes as many, or a part of them at a time.</summary>
    public int Batch { get; init; } = Plan.Batch;

    /// <summary>The parts in which a run is computed, in order.</summary>
    public IReadOnlyList<BatchPart> Parts => _parts ??= BatchPart.Of(Batch, Plan.Batch);

    /// <summary>Says, at the first run of images, whether one launch may resize an image that is not large.</summary>
    public Func<bool> ResizesInOneLaunch { get; init; } = () => true;

    /// <summary>Tests, before the first use, the kernel that widens narrow inputs.</summary>
    public Action CheckWidening { get; init; } = () => { };

    /// <summary>Tests, before the first use, the kernel that makes pixels of planes.</summary>
    public Action CheckColours { get; init; } = () => { };

    /// <summary>Tests, before the first use, the kernel that makes texels of outputs.</summary>
    public Action CheckTexels { get; init; } = () => { };

    /// <summary>Refuses handles of a host's on an own device.</summary>
    /// <exception cref="InvalidOperationException">The device is an own one.</exception>
    public void CheckIsHosts()
    {
        if (!Device.IsHosts)
            throw new InvalidOperationException(
                "Handles of a host's mean nothing on this session's own device: "
                + "use a session of the device that the host has made.");
    }

    public DeviceProgram CreateProgram(bool keepLayerOutputs = false) =>
        new(Device, Model, Plan, keepLayerOutputs, sharesInputs: Parts.Count == 1);

    public FloatInput CreateFloatInput(DeviceProgram program) => new(Device, Plan, program, Batch);

    public BufferInput CreateBufferInput(DeviceProgram program, BufferRegion[] buffers) => new(buffers, Plan, program);

    public ImageInput CreateImageInput(DeviceProgram program, PictureShape[] shapes, bool isOnDevice)
    {
        bool resizesInOneLaunch = ResizesInOneLaunch();
        if (shapes.Any(shape => shape.IsYuv))
            CheckColours();
        try
        {
            var input = new ImageInput(this, program, shapes, resizesInOneLaunch, isOnDevice);
            // The first has compiled kernels, after the session's own were kept.
            Device.SavePipelineCache();
            return input;
        }
        catch (OutOfDeviceMemoryException e)
        {
            throw e.Advising(new SessionOptions(Batch), hasFp16: false); // The pixels are bytes either way.
        }
    }

    public TexelOutput CreateTexelOutput(DeviceProgram program, TexelFormat format)
    {
        CheckTexels();
        try
        {
            var output = new TexelOutput(this, program, format);
            Device.SavePipelineCache();
            return output;
        }
        catch (OutOfDeviceMemoryException e)
        {
            throw e.Advising(new SessionOptions(Batch), hasFp16: false);
        }
    }

    public NarrowInput<T> CreateNarrowInput<T>(DeviceProgram program) where T : unmanaged
    {
        CheckWidening();
        try
        {
            var input = new NarrowInput<T>(this, program);
            Device.SavePipelineCache();
            return input;
        }
        catch (OutOfDeviceMemoryException e)
        {
            throw e.Advising(new SessionOptions(Batch), hasFp16: false);
        }
    }

    public ReadBack CreateReadBack(DeviceProgram program) => new(this, program, Plan.Outputs);

    public Submission Record(Action<Commands> record) => new(Device, record, isRepeated: true);

    /// <summary>Records each part of a run, one behind the other.</summary>
    public Submission RecordParts(Action<Commands, BatchPart> record) => Record(commands =>
    {
        foreach (BatchPart part in Parts)
        {
            // What the part before it has given is read, and its memory free.
            if (part.Index > 0)
                commands.Barrier();
            record(commands, part);
        }
    });
}
