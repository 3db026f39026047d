using SoftPool.Execution;
using SoftPool.Vulkan;

namespace SoftPool;

/// <summary>Records the network into command buffers of the host's, which submits them when it likes, any number of
/// times. A recorder has activations and staging memory of its own, which all that it has recorded shares: on one queue
/// that is safe; for work that may overlap, on several queues or with several frames in flight, take a recorder each.
/// It may outlive its session, and must outlive the last run of its commands. One thread at a time may use it.
///</summary>
/// <remarks>What is recorded waits for whatever is ahead of it on the queue, and whatever follows waits for it. The
/// runtime's compute pipeline and descriptor set are bound afterwards: bind yours anew.</remarks>
public sealed class Recorder : IDisposable
{
    private readonly ModeResources _own;
    private readonly ImageStage<InputStage> _images;

    internal Recorder(PlannedModel planned)
    {
        _own = new ModeResources(planned, "A recorder");
        _images = _own.Take(() => new ImageStage<InputStage>(planned, _own.Program, images => images));
    }

    /// <summary>Records a run from a buffer of the host's to another.</summary>
    /// <param name="commandBuffer">The VkCommandBuffer, being recorded, outside of a render pass, for a queue of the
    /// family <see cref="HostDevice.QueueFamily"/>.</param>
    /// <param name="input">Where the whole batch of inputs is, (N, C, H, W), when the commands run: floats.</param>
    /// <param name="output">Where the whole batch of outputs goes, (N, classes): floats.</param>
    /// <exception cref="ArgumentException">A handle is null, or an offset is no multiple of 4.</exception>
    public void Record(nint commandBuffer, BufferRegion input, BufferRegion output)
    {
        _own.Arguments.CheckBuffers(input, output);
        using BufferInput stage = _own.Planned.CreateBufferInput(_own.Program, input);
        Record(commandBuffer, stage, output);
    }

    /// <summary>Records a run of floats, which are copied to staging memory now: no commands that read earlier ones may
    /// be pending.</summary>
    /// <param name="commandBuffer">As in <see cref="Record(nint, BufferRegion, BufferRegion)"/>.</param>
    /// <param name="input">n items of the network's input, (n, C, H, W), n being 1 to the session's batch.</param>
    /// <param name="output">As in <see cref="Record(nint, BufferRegion, BufferRegion)"/>; the first n items mean
    /// something.</param>
    /// <exception cref="ArgumentException">A handle is null, or an offset is no multiple of 4.</exception>
    /// <exception cref="ShapeMismatchException">The length does not fit.</exception>
    public void Record(nint commandBuffer, ReadOnlySpan<float> input, BufferRegion output)
    {
        _ = _own.Arguments.ItemsOf(input);
        _own.Arguments.CheckBuffer(output);
        Check(commandBuffer);
        input.CopyTo(_own.Floats.Values);
        Record(commandBuffer, _own.Floats, output);
    }

    /// <summary>Records a run of images, whose pixels are copied to staging memory now: no commands that read earlier
    /// ones may be pending. Images of other sizes than before make commands that were recorded with images
    /// invalid.</summary>
    /// <param name="commandBuffer">As in <see cref="Record(nint, BufferRegion, BufferRegion)"/>.</param>
    /// <param name="images">1 to the session's batch.</param>
    /// <param name="output">As in <see cref="Record(nint, BufferRegion, BufferRegion)"/>; one item an image means
    /// something.</param>
    /// <exception cref="ArgumentException">A handle is null, or an offset is no multiple of 4.</exception>
    /// <exception cref="ShapeMismatchException">An image's size and bytes do not go together, or the network takes no
    /// images of three channels.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device has not the memory for images of these
    /// sizes.</exception>
    public void Record(nint commandBuffer, ReadOnlySpan<Image> images, BufferRegion output)
    {
        _ = _own.Arguments.ItemsOf(images);
        _own.Arguments.CheckBuffer(output);
        Check(commandBuffer);
        Record(commandBuffer, _images.Write(images), output);
    }

    /// <summary>Frees the recorder's device memory. Its commands must be done.</summary>
    public void Dispose() => _own.Dispose();

    private void Record(nint commandBuffer, InputStage stage, BufferRegion output)
    {
        Check(commandBuffer);
        _own.Program.RecordInto(Commands.IntoHosts(_own.Planned.Device, commandBuffer), stage, output);
    }

    private void Check(nint commandBuffer)
    {
        _own.CheckIsAlive(this);
        if (commandBuffer == 0)
            throw new ArgumentException("A VkCommandBuffer that is being recorded is needed; its handle is null.", nameof(commandBuffer));
    }
}
