using SoftPool.Execution;
using SoftPool.Vulkan;

namespace SoftPool;

/// <summary>Records the network into command buffers of the host. The host submits them at any time, any number of
/// times. Not thread-safe.</summary>
/// <remarks>The recorded commands wait for all earlier work on the queue, and all later work waits for them. The
/// runtime's compute pipeline and descriptor set stay bound, so bind yours again. A recorder has its own activations
/// and staging memory, shared by everything that it has recorded. On a single queue the sharing is safe. For work that
/// may overlap, on several queues or with several frames in flight, use one recorder each. A recorder may outlive its
/// session. It must not be disposed before its commands have run for the last time.</remarks>
public sealed class Recorder : IDisposable
{
    private readonly ModeResources _own;
    private readonly ImageStage<InputStage> _images, _deviceImages;
    private readonly HostOutput _output;

    internal Recorder(PlannedModel planned)
    {
        _own = new ModeResources(planned, "A recorder");
        _images = _own.Take(() => new ImageStage<InputStage>(planned, _own.Program, images => images));
        _deviceImages = _own.Take(() => new ImageStage<InputStage>(planned, _own.Program, images => images));
        _output = _own.Take(() => new HostOutput(planned, _own.Program));
    }

    /// <summary>Records a run from one buffer of the host to another.</summary>
    /// <param name="commandBuffer">The VkCommandBuffer, in the recording state, outside a render pass, for a queue of
    /// the family <see cref="HostDevice.QueueFamily"/>.</param>
    /// <param name="input">The input of a whole batch when the commands run, (Batch, C, H, W), as 32-bit
    /// floats.</param>
    /// <param name="output">Receives the output of a whole batch, (Batch, classes), as 32-bit floats.</param>
    /// <exception cref="ArgumentException">A handle is null, or an offset is negative or not a multiple of
    /// 4.</exception>
    /// <exception cref="ObjectDisposedException">The recorder was disposed.</exception>
    public void Record(nint commandBuffer, BufferRegion input, BufferRegion output) =>
        Record(commandBuffer, [input], [output]);

    /// <summary>Records a run of a network with any number of inputs and outputs from buffers of the host to
    /// others.</summary>
    /// <param name="commandBuffer">As in <see cref="Record(nint, BufferRegion, BufferRegion)"/>.</param>
    /// <param name="inputs">A region for each of <see cref="ModelGraph.Inputs"/>, in their order: the input of a whole
    /// batch when the commands run, (Batch, C, H, W), as 32-bit floats.</param>
    /// <param name="outputs">A region for each of <see cref="ModelGraph.Outputs"/>, in their order. Each receives the
    /// output of a whole batch, (Batch, classes), as 32-bit floats.</param>
    /// <exception cref="ShapeMismatchException">The number of inputs or outputs does not fit.</exception>
    /// <inheritdoc cref="Record(nint, BufferRegion, BufferRegion)" path="/exception"/>
    public void Record(nint commandBuffer, ReadOnlySpan<BufferRegion> inputs, ReadOnlySpan<BufferRegion> outputs)
    {
        _own.Arguments.CheckInputs(inputs);
        _own.Arguments.CheckOutputs(outputs);
        Check(commandBuffer);
        _output.Set(outputs);
        Record(commandBuffer, inputs);
    }

    /// <summary>Records a run of a dense network from buffers of the host to its images. Each has its layout
    /// <see cref="OutputImage.LayoutBefore"/> whenever the commands run.</summary>
    /// <param name="commandBuffer">As in <see cref="Record(nint, BufferRegion, BufferRegion)"/>.</param>
    /// <param name="inputs">As in
    /// <see cref="Record(nint, ReadOnlySpan{BufferRegion}, ReadOnlySpan{BufferRegion})"/>.</param>
    /// <param name="outputs">An image for each of the first items of the batch, all of one format.</param>
    /// <inheritdoc cref="InferenceSession.Run(ReadOnlySpan{BufferRegion}, ReadOnlySpan{OutputImage})"
    /// path="/exception"/>
    /// <exception cref="ObjectDisposedException">The recorder was disposed.</exception>
    public void Record(nint commandBuffer, ReadOnlySpan<BufferRegion> inputs, ReadOnlySpan<OutputImage> outputs)
    {
        _own.Arguments.CheckInputs(inputs);
        _ = _own.Arguments.CheckOutputs(outputs);
        Check(commandBuffer);
        _output.Set(outputs);
        Record(commandBuffer, inputs);
    }

    /// <summary>Records a run on floats. The floats are copied to staging memory during the call, so no earlier
    /// commands of this recorder that read the staging memory may be pending.</summary>
    /// <param name="commandBuffer">As in <see cref="Record(nint, BufferRegion, BufferRegion)"/>.</param>
    /// <param name="input">n items of <see cref="ModelGraph.InputShape"/>, (n, C, H, W), where n is 1 to
    /// <see cref="SessionOptions.Batch"/>.</param>
    /// <param name="output">As in <see cref="Record(nint, BufferRegion, BufferRegion)"/>. The region has room for a
    /// whole batch; only the first n items are meaningful.</param>
    /// <exception cref="ArgumentException">A handle is null, or an offset is negative or not a multiple of
    /// 4.</exception>
    /// <exception cref="ObjectDisposedException">The recorder was disposed.</exception>
    /// <exception cref="ShapeMismatchException">The length of the input does not fit.</exception>
    public void Record(nint commandBuffer, ReadOnlySpan<float> input, BufferRegion output)
    {
        _ = _own.Arguments.ItemsOf(input);
        _own.Arguments.CheckOutputs([output]);
        Check(commandBuffer);
        _output.Set([output]);
        input.CopyTo(_own.Floats.ValuesOf(0));
        Record(commandBuffer, _own.Floats);
    }

    /// <summary>Records a run of a network with any number of inputs and outputs on floats, as
    /// <see cref="Record(nint, ReadOnlySpan{float}, BufferRegion)"/> does.</summary>
    /// <param name="commandBuffer">As in <see cref="Record(nint, BufferRegion, BufferRegion)"/>.</param>
    /// <param name="inputs">n items of each of <see cref="ModelGraph.Inputs"/>, in their order, (n, C, H, W), where n
    /// is 1 to <see cref="SessionOptions.Batch"/>, the same for all.</param>
    /// <param name="outputs">As in
    /// <see cref="Record(nint, ReadOnlySpan{BufferRegion}, ReadOnlySpan{BufferRegion})"/>. Only the first n items are
    /// meaningful.</param>
    /// <inheritdoc cref="Record(nint, ReadOnlySpan{float}, BufferRegion)" path="/exception"/>
    public void Record(
        nint commandBuffer, ReadOnlySpan<ReadOnlyMemory<float>> inputs, ReadOnlySpan<BufferRegion> outputs)
    {
        _ = _own.Arguments.ItemsOf(inputs);
        _own.Arguments.CheckOutputs(outputs);
        Check(commandBuffer);
        _output.Set(outputs);
        _own.Floats.Write(inputs);
        Record(commandBuffer, _own.Floats);
    }

    /// <summary>Records a run of a dense network on floats to images of the host, as
    /// <see cref="Record(nint, ReadOnlySpan{float}, BufferRegion)"/> does.</summary>
    /// <param name="commandBuffer">As in <see cref="Record(nint, BufferRegion, BufferRegion)"/>.</param>
    /// <param name="inputs">As in
    /// <see cref="Record(nint, ReadOnlySpan{ReadOnlyMemory{float}}, ReadOnlySpan{BufferRegion})"/>.</param>
    /// <param name="outputs">An image for each item, all of one format.</param>
    /// <inheritdoc cref="Record(nint, ReadOnlySpan{BufferRegion}, ReadOnlySpan{OutputImage})" path="/exception"/>
    public void Record(
        nint commandBuffer, ReadOnlySpan<ReadOnlyMemory<float>> inputs, ReadOnlySpan<OutputImage> outputs)
    {
        _own.Arguments.CheckOutputs(_own.Arguments.ItemsOf(inputs), outputs);
        Check(commandBuffer);
        _output.Set(outputs);
        _own.Floats.Write(inputs);
        Record(commandBuffer, _own.Floats);
    }

    /// <summary>Records a run on images. The pixels are copied to staging memory during the call, so no earlier
    /// commands of this recorder that read the staging memory may be pending. If the images' sizes differ from those of
    /// the previous recording, earlier commands recorded with images become invalid.</summary>
    /// <param name="commandBuffer">As in <see cref="Record(nint, BufferRegion, BufferRegion)"/>.</param>
    /// <param name="images">The images, one for each item: 1 to <see cref="SessionOptions.Batch"/>.</param>
    /// <param name="output">As in <see cref="Record(nint, BufferRegion, BufferRegion)"/>. The region has room for a
    /// whole batch; only one item for each image is meaningful.</param>
    /// <exception cref="ArgumentException">A handle is null, or an offset is negative or not a multiple of
    /// 4.</exception>
    /// <exception cref="ObjectDisposedException">The recorder was disposed.</exception>
    /// <exception cref="ShapeMismatchException">The number of images does not fit, the number of bytes of an image does
    /// not match its size, or the network's input does not have three channels.</exception>
    /// <exception cref="DeviceLimitException">An image exceeds one of the device's limits.</exception>
    /// <exception cref="UnsupportedDeviceException">The kernels that resize images failed their self-test.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device does not have enough memory for images of these
    /// sizes.</exception>
    public void Record(nint commandBuffer, ReadOnlySpan<Image> images, BufferRegion output) =>
        Record(commandBuffer, images, [output]);

    /// <summary>Records a run of a network with one input and any number of outputs on images, as
    /// <see cref="Record(nint, ReadOnlySpan{Image}, BufferRegion)"/> does.</summary>
    /// <param name="commandBuffer">As in <see cref="Record(nint, BufferRegion, BufferRegion)"/>.</param>
    /// <param name="images">The images, one for each item: 1 to <see cref="SessionOptions.Batch"/>.</param>
    /// <param name="outputs">As in
    /// <see cref="Record(nint, ReadOnlySpan{BufferRegion}, ReadOnlySpan{BufferRegion})"/>. Only one item for each image
    /// is meaningful.</param>
    /// <inheritdoc cref="Record(nint, ReadOnlySpan{Image}, BufferRegion)" path="/exception"/>
    public void Record(nint commandBuffer, ReadOnlySpan<Image> images, ReadOnlySpan<BufferRegion> outputs)
    {
        _ = _own.Arguments.ItemsOf(images);
        _own.Arguments.CheckOutputs(outputs);
        Check(commandBuffer);
        _output.Set(outputs);
        Record(commandBuffer, _images.Write(images));
    }

    /// <summary>Records a run of a dense network on images to images of the host, as
    /// <see cref="Record(nint, ReadOnlySpan{Image}, BufferRegion)"/> does.</summary>
    /// <param name="commandBuffer">As in <see cref="Record(nint, BufferRegion, BufferRegion)"/>.</param>
    /// <param name="images">The images, one for each item: 1 to <see cref="SessionOptions.Batch"/>.</param>
    /// <param name="outputs">An image for each item, all of one format.</param>
    /// <inheritdoc cref="InferenceSession.Run(ReadOnlySpan{DeviceImage}, ReadOnlySpan{OutputImage})"
    /// path="/exception"/>
    /// <exception cref="ObjectDisposedException">The recorder was disposed.</exception>
    public void Record(nint commandBuffer, ReadOnlySpan<Image> images, ReadOnlySpan<OutputImage> outputs)
    {
        _own.Arguments.CheckOutputs(_own.Arguments.ItemsOf(images), outputs);
        Check(commandBuffer);
        _output.Set(outputs);
        Record(commandBuffer, _images.Write(images));
    }

    /// <summary>Records a run of a network with one input on images on the host's device. They are read when the
    /// commands run. If the images' sizes differ from those of the previous recording, earlier commands recorded with
    /// images on the device become invalid.</summary>
    /// <param name="commandBuffer">As in <see cref="Record(nint, BufferRegion, BufferRegion)"/>.</param>
    /// <param name="images">The images, one for each item: 1 to <see cref="SessionOptions.Batch"/>. Each has its layout
    /// when the commands run, and again afterwards.</param>
    /// <param name="outputs">As in
    /// <see cref="Record(nint, ReadOnlySpan{BufferRegion}, ReadOnlySpan{BufferRegion})"/>. Only one item for each image
    /// is meaningful.</param>
    /// <exception cref="ArgumentException">A handle is missing, or a pitch, an offset, a layout or a matrix cannot
    /// be.</exception>
    /// <exception cref="ObjectDisposedException">The recorder was disposed.</exception>
    /// <exception cref="ShapeMismatchException">The number of images does not fit, or the network's input does not have
    /// three channels.</exception>
    /// <exception cref="DeviceLimitException">An image exceeds one of the device's limits.</exception>
    /// <exception cref="UnsupportedDeviceException">The kernels that resize images failed their self-test.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device does not have enough memory for images of these
    /// sizes.</exception>
    public void Record(nint commandBuffer, ReadOnlySpan<DeviceImage> images, ReadOnlySpan<BufferRegion> outputs)
    {
        _ = _own.Arguments.ItemsOf(images);
        _own.Arguments.CheckOutputs(outputs);
        Check(commandBuffer);
        _output.Set(outputs);
        Record(commandBuffer, images);
    }

    /// <summary>Records a run of a dense network on images on the host's device to others, as
    /// <see cref="Record(nint, ReadOnlySpan{DeviceImage}, ReadOnlySpan{BufferRegion})"/> does: a frame becomes a mask
    /// or another frame. Each image for an output has its layout <see cref="OutputImage.LayoutBefore"/> whenever the
    /// commands run.</summary>
    /// <param name="commandBuffer">As in <see cref="Record(nint, BufferRegion, BufferRegion)"/>.</param>
    /// <param name="images">As in
    /// <see cref="Record(nint, ReadOnlySpan{DeviceImage}, ReadOnlySpan{BufferRegion})"/>.</param>
    /// <param name="outputs">An image for each item, all of one format.</param>
    /// <inheritdoc cref="InferenceSession.Run(ReadOnlySpan{DeviceImage}, ReadOnlySpan{OutputImage})"
    /// path="/exception"/>
    /// <exception cref="ObjectDisposedException">The recorder was disposed.</exception>
    public void Record(nint commandBuffer, ReadOnlySpan<DeviceImage> images, ReadOnlySpan<OutputImage> outputs)
    {
        _own.Arguments.CheckOutputs(_own.Arguments.ItemsOf(images), outputs);
        Check(commandBuffer);
        _output.Set(outputs);
        Record(commandBuffer, images);
    }

    /// <summary>Frees the recorder's device memory. The recorded commands must have completed.</summary>
    public void Dispose() => _own.Dispose();

    private void Record(nint commandBuffer, ReadOnlySpan<BufferRegion> inputs)
    {
        using BufferInput stage = _own.Planned.CreateBufferInput(_own.Program, inputs.ToArray());
        Record(commandBuffer, stage);
    }

    private void Record(nint commandBuffer, ReadOnlySpan<DeviceImage> images)
    {
        InputStage stage = _deviceImages.Get(images);
        _deviceImages.RecordCopies(Commands.Into(_own.Planned.Device, commandBuffer), images);
        Record(commandBuffer, stage);
    }

    private void Record(nint commandBuffer, InputStage stage)
    {
        var commands = Commands.Into(_own.Planned.Device, commandBuffer);
        foreach (BatchPart part in _own.Planned.Parts)
        {
            DeviceProgram.RecordFrom(commands, stage, part);
            _own.Program.RecordLaunches(commands);
            _output.Record(commands, part);
        }
    }

    private void Check(nint commandBuffer)
    {
        _own.CheckIsAlive(this);
        if (commandBuffer == 0)
            throw new ArgumentException(
                "A VkCommandBuffer that is being recorded is needed; its handle is null.", nameof(commandBuffer));
    }
}
