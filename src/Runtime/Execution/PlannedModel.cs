using SoftPool.Graph;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>A model with its plan for a device: what every mode of running it makes its program of.</summary>
internal sealed record PlannedModel(VulkanDevice Device, Model Model, ExecutionPlan Plan)
{
    /// <summary>Says, at the first run of images, whether one launch may resize an image that is not large.</summary>
    public Func<bool> ResizesInOneLaunch { get; init; } = () => true;

    /// <summary>Refuses handles of a host's on an own device.</summary>
    /// <exception cref="InvalidOperationException">The device is an own one.</exception>
    public void CheckIsHosts()
    {
        if (!Device.IsHosts)
            throw new InvalidOperationException(
                "Handles of a host's mean nothing on this session's own device: "
                + "use a session of one that GpuDevice.FromHost gave.");
    }

    public DeviceProgram CreateProgram(bool keepLayerOutputs = false) => new(Device, Model, Plan, keepLayerOutputs);

    public FloatInput CreateFloatInput(DeviceProgram program) => new(Device, Plan, program);

    public BufferInput CreateBufferInput(DeviceProgram program, BufferRegion[] buffers) => new(buffers, Plan, program);

    public ImageInput CreateImageInput(DeviceProgram program, ReadOnlySpan<Image> images)
    {
        bool resizesInOneLaunch = ResizesInOneLaunch();
        try
        {
            var input = new ImageInput(Device, Model, Plan, program, images, resizesInOneLaunch);
            // The first has compiled kernels, after the session's own were kept.
            Device.SavePipelineCache();
            return input;
        }
        catch (OutOfDeviceMemoryException e)
        {
            throw e.Advising(new SessionOptions(Plan.Batch), hasFp16: false); // The pixels are bytes either way.
        }
    }

    public ReadBack CreateReadBack(DeviceProgram program) => new(Device, program, Plan.Outputs);

    public Submission Record(Action<Commands> record) => new(Device, record);
}
