using SoftPool.Execution;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Verification;
using SoftPool.Vulkan;

namespace SoftPool;

/// <summary>A model that is ready to run on a device. All members are thread-safe. Up to
/// <see cref="SessionOptions.MaxConcurrentRuns"/> runs are in progress at once; other runs wait for their turn, first
/// come, first served.</summary>
/// <remarks>A run copies the input, submits one command buffer that was recorded in advance, waits for the device, and
/// copies the output. Create a session with <see cref="GpuDevice.CreateSession"/>.</remarks>
public sealed class InferenceSession : IDisposable
{
    private readonly PlannedModel _planned;
    private readonly VariantChoice? _variants;
    private readonly SessionRuns _runs;
    // Held while something is made beside the runs: a mode of running, the sessions of Verify.
    private readonly Lock _making = new();
    private volatile bool _disposed;

    internal InferenceSession(GpuDevice device, Model model, SessionOptions options, VariantChoice? variants = null)
        : this(device.Vulkan, model, options, variants)
    {
    }

    private InferenceSession(VulkanDevice device, Model model, SessionOptions options, VariantChoice? variants)
    {
        ArgumentNullException.ThrowIfNull(model);
        options.Check();
        (Options, _variants) = (options, variants);
        // The session reuses the pipelines that its self-test compiled.
        using var tested = new Ownership();
        try
        {
            (_planned, RejectedKernels) = SelfTest.Plan(device, model, options, variants, tested);
            _runs = new SessionRuns(this, _planned, options);
        }
        catch (OutOfDeviceMemoryException e)
        {
            throw e.Advising(options, device.HasFp16Storage);
        }
    }

    /// <summary>Frees a session that was not disposed, as described for <see cref="Dispose"/>.</summary>
    ~InferenceSession()
    {
        // A constructor that failed has freed what it made.
        if (_runs is not null)
            NotDisposed.Free(this, $"A session of {Graph.Name}", _planned.Device);
    }

    /// <summary>The device on which the session runs.</summary>
    public GpuDeviceInfo Device => _planned.Device.Physical.Info;

    /// <summary>The network that the session runs.</summary>
    public ModelGraph Graph => _planned.Model.Graph;

    /// <summary>The options with which the session was created.</summary>
    public SessionOptions Options { get; }

    /// <summary>The kernels that this session does not use because they failed the self-test with this driver. Other
    /// kernels replace them. Normally empty.</summary>
    public IReadOnlyList<RejectedKernel> RejectedKernels { get; }

    /// <summary>The device memory of the activations of one run, in bytes.</summary>
    public long ActivationBytes => _runs.Program.ArenaBytes;

    /// <summary>The device memory of the model's weights, in bytes. All sessions of the same <see cref="Model"/> on the
    /// device share this memory.</summary>
    public long WeightBytes => _runs.Program.WeightBytes;

    /// <summary>The names of the layers whose output <see cref="ReadLayer"/> can read, in the network's order. Empty
    /// unless <see cref="SessionOptions.KeepLayerOutputs"/> is set. A layer that is computed by the same kernel as the
    /// next layer is not included.</summary>
    public IEnumerable<string> KeptLayers => Options.KeepLayerOutputs
        ? Graph.Layers.Select(layer => layer.Name).Where(Plan.LayerOutputs.ContainsKey)
        : [];

    /// <summary>What the device's driver does not promise of floats.</summary>
    internal IReadOnlyList<string> NotPromised => [.. _planned.Device.FloatControls.Missing(Options.Fp16)];

    /// <summary>What a run launches.</summary>
    internal ExecutionPlan Plan => _planned.Plan;

    /// <summary>Runs a network with one input and one output.</summary>
    /// <param name="input">n items of <see cref="ModelGraph.InputShape"/>, (n, C, H, W), where n is 1 to
    /// <see cref="SessionOptions.Batch"/>. A run takes the same time for one item as for the whole batch.</param>
    /// <param name="output">Receives n items of <see cref="ModelGraph.OutputShape"/>, (n, classes). The length must be
    /// exact.</param>
    /// <exception cref="ShapeMismatchException">The length of the input or of the output does not fit.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> output) => _runs.Run(input, output);

    /// <summary>Runs a network with any number of inputs and outputs: session.Run([left, right], [boxes, scores]).
    /// <see cref="ModelGraph.InputIndex"/> and <see cref="ModelGraph.OutputIndex"/> give the place of a name.</summary>
    /// <param name="inputs">n items of each of <see cref="ModelGraph.Inputs"/>, in their order, (n, C, H, W), where n
    /// is 1 to <see cref="SessionOptions.Batch"/>, the same for all.</param>
    /// <param name="outputs">Receive n items of each of <see cref="ModelGraph.Outputs"/>, in their order, (n, classes).
    /// The lengths must be exact.</param>
    /// <exception cref="ShapeMismatchException">The number of inputs or outputs, or the length of one, does not
    /// fit.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public void Run(ReadOnlySpan<ReadOnlyMemory<float>> inputs, ReadOnlySpan<Memory<float>> outputs) =>
        _runs.Run(inputs, outputs);

    /// <summary>Runs the network on images of any sizes. The device resizes and normalises the images as the model's
    /// <see cref="Preprocessing"/> says. If the sizes are those of the previous run, no memory is allocated.</summary>
    /// <param name="images">The images, one for each item: 1 to <see cref="SessionOptions.Batch"/>.</param>
    /// <param name="output">Receives one item of <see cref="ModelGraph.OutputShape"/> for each image, (n, classes). The
    /// length must be exact.</param>
    /// <exception cref="ShapeMismatchException">The number of images or the length of the output does not fit, the
    /// number of bytes of an image does not match its size, or the network's input does not have three
    /// channels.</exception>
    /// <exception cref="DeviceLimitException">An image exceeds one of the device's limits.</exception>
    /// <exception cref="UnsupportedDeviceException">The kernels that resize images failed their self-test.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device does not have enough memory for images of these
    /// sizes.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public void Run(ReadOnlySpan<Image> images, Span<float> output) => _runs.Run(images, output);

    /// <summary>Runs a network with one input and any number of outputs on images of any sizes.</summary>
    /// <param name="images">As in <see cref="Run(ReadOnlySpan{Image}, Span{float})"/>.</param>
    /// <param name="outputs">Receive one item of each of <see cref="ModelGraph.Outputs"/> for each image, in their
    /// order, (n, classes). The lengths must be exact.</param>
    /// <inheritdoc cref="Run(ReadOnlySpan{Image}, Span{float})" path="/exception"/>
    public void Run(ReadOnlySpan<Image> images, ReadOnlySpan<Memory<float>> outputs) => _runs.Run(images, outputs);

    /// <summary>Runs the network from one buffer of the host to another. The CPU does not touch the data. The run
    /// starts after all work that was submitted to the queue before it.</summary>
    /// <param name="input">The input of a whole batch, (Batch, C, H, W), as 32-bit floats.</param>
    /// <param name="output">Receives the output of a whole batch, (Batch, classes), as 32-bit floats.</param>
    /// <exception cref="ArgumentException">A handle is null, or an offset is negative or not a multiple of
    /// 4.</exception>
    /// <exception cref="InvalidOperationException">The session does not run on a host's device.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public void Run(BufferRegion input, BufferRegion output) => _runs.Run([input], [output]);

    /// <summary>Runs a network with any number of inputs and outputs from buffers of the host to others.</summary>
    /// <param name="inputs">A region for each of <see cref="ModelGraph.Inputs"/>, in their order: the input of a whole
    /// batch, (Batch, C, H, W), as 32-bit floats.</param>
    /// <param name="outputs">A region for each of <see cref="ModelGraph.Outputs"/>, in their order. Each receives the
    /// output of a whole batch, (Batch, classes), as 32-bit floats.</param>
    /// <exception cref="ShapeMismatchException">The number of inputs or outputs does not fit.</exception>
    /// <inheritdoc cref="Run(BufferRegion, BufferRegion)" path="/exception"/>
    public void Run(ReadOnlySpan<BufferRegion> inputs, ReadOnlySpan<BufferRegion> outputs) =>
        _runs.Run(inputs, outputs);

    /// <summary>Runs the network on images of any sizes on the host's device. The device resizes and normalises them as
    /// it does an <see cref="Image"/> of the same pixels. If the sizes are those of the previous run, nothing is
    /// allocated.</summary>
    /// <param name="images">The images, one for each item: 1 to <see cref="SessionOptions.Batch"/>.</param>
    /// <param name="output">Receives one item of <see cref="ModelGraph.OutputShape"/> for each image, (n, classes). The
    /// length must be exact.</param>
    /// <exception cref="ArgumentException">A handle is missing, or a pitch, a layout or a matrix cannot be.</exception>
    /// <exception cref="InvalidOperationException">The session does not run on a host's device.</exception>
    /// <inheritdoc cref="Run(ReadOnlySpan{Image}, Span{float})" path="/exception"/>
    public void Run(ReadOnlySpan<DeviceImage> images, Span<float> output) => _runs.Run(images, output);

    /// <summary>Runs a network with one input and any number of outputs on images of any sizes on the host's
    /// device.</summary>
    /// <param name="images">As in <see cref="Run(ReadOnlySpan{DeviceImage}, Span{float})"/>.</param>
    /// <param name="outputs">Receive one item of each of <see cref="ModelGraph.Outputs"/> for each image, in their
    /// order, (n, classes). The lengths must be exact.</param>
    /// <inheritdoc cref="Run(ReadOnlySpan{DeviceImage}, Span{float})" path="/exception"/>
    public void Run(ReadOnlySpan<DeviceImage> images, ReadOnlySpan<Memory<float>> outputs) =>
        _runs.Run(images, outputs);

    /// <summary>Runs the network on images of any sizes on the host's device, and writes the outputs to buffers of the
    /// host. The CPU does not touch the data.</summary>
    /// <param name="images">As in <see cref="Run(ReadOnlySpan{DeviceImage}, Span{float})"/>.</param>
    /// <param name="outputs">A region for each of <see cref="ModelGraph.Outputs"/>, in their order, with room for a
    /// whole batch, (Batch, classes), as 32-bit floats. Only one item for each image is meaningful.</param>
    /// <inheritdoc cref="Run(ReadOnlySpan{DeviceImage}, Span{float})" path="/exception"/>
    public void Run(ReadOnlySpan<DeviceImage> images, ReadOnlySpan<BufferRegion> outputs) =>
        _runs.Run(images, outputs);

    /// <summary>Runs a dense network on images of any sizes on the host's device, and writes the output to other
    /// images of the host. The CPU does not touch the data. If the sizes and the format are those of the previous run,
    /// nothing is allocated.</summary>
    /// <param name="images">As in <see cref="Run(ReadOnlySpan{DeviceImage}, Span{float})"/>.</param>
    /// <param name="outputs">An image for each item, all of one format.</param>
    /// <exception cref="ArgumentException">A handle is missing, or a format, a layout, a usage, a pitch, an offset or a
    /// matrix cannot be.</exception>
    /// <exception cref="InvalidOperationException">The session does not run on a host's device.</exception>
    /// <exception cref="ShapeMismatchException">The network has several outputs, or the number, the size or the
    /// channels of the images do not fit.</exception>
    /// <exception cref="DeviceLimitException">An image exceeds one of the device's limits.</exception>
    /// <exception cref="UnsupportedDeviceException">The kernels that resize images, or the one that writes them, failed
    /// their self-test.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device does not have enough memory for images of these
    /// sizes.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public void Run(ReadOnlySpan<DeviceImage> images, ReadOnlySpan<OutputImage> outputs) =>
        _runs.Run(images, outputs);

    /// <summary>Runs a dense network from buffers of the host to its images.</summary>
    /// <param name="inputs">As in <see cref="Run(ReadOnlySpan{BufferRegion}, ReadOnlySpan{BufferRegion})"/>.</param>
    /// <param name="outputs">An image for each of the first items of the batch, all of one format.</param>
    /// <inheritdoc cref="Run(ReadOnlySpan{DeviceImage}, ReadOnlySpan{OutputImage})" path="/exception"/>
    public void Run(ReadOnlySpan<BufferRegion> inputs, ReadOnlySpan<OutputImage> outputs) =>
        _runs.Run(inputs, outputs);

    /// <summary>Runs the network on images on the host's device asynchronously.</summary>
    /// <param name="images">As in <see cref="Run(ReadOnlySpan{DeviceImage}, Span{float})"/>. They must stay as they are
    /// until the task completes; if the run is cancelled, until work that is submitted afterwards has ended.</param>
    /// <param name="outputs">As in <see cref="Run(ReadOnlySpan{DeviceImage}, ReadOnlySpan{Memory{float}})"/>. Each is
    /// written before the task completes.</param>
    /// <param name="sync">As in
    /// <see cref="RunAsync(ReadOnlyMemory{Image}, Memory{float}, GpuSync, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">As in
    /// <see cref="RunAsync(ReadOnlyMemory{float}, Memory{float}, GpuSync, CancellationToken)"/>.</param>
    /// <returns>A task that completes when the outputs have been written.</returns>
    /// <inheritdoc cref="Run(ReadOnlySpan{DeviceImage}, Span{float})" path="/exception"/>
    public Task RunAsync(
        ReadOnlyMemory<DeviceImage> images, ReadOnlySpan<Memory<float>> outputs,
        GpuSync sync = default, CancellationToken cancellationToken = default) =>
        _runs.RunAsync(images, outputs, sync, cancellationToken);

    /// <summary>Runs the network on images on the host's device to buffers of the host asynchronously.</summary>
    /// <param name="images">As in
    /// <see cref="RunAsync(ReadOnlyMemory{DeviceImage}, ReadOnlySpan{Memory{float}}, GpuSync, CancellationToken)"/>.
    /// </param>
    /// <param name="outputs">As in <see cref="Run(ReadOnlySpan{DeviceImage}, ReadOnlySpan{BufferRegion})"/>.</param>
    /// <param name="sync">As in
    /// <see cref="RunAsync(ReadOnlyMemory{Image}, Memory{float}, GpuSync, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">As in
    /// <see cref="RunAsync(BufferRegion, BufferRegion, GpuSync, CancellationToken)"/>.</param>
    /// <returns>A task that completes when the outputs have been written.</returns>
    /// <inheritdoc cref="Run(ReadOnlySpan{DeviceImage}, Span{float})" path="/exception"/>
    public Task RunAsync(
        ReadOnlyMemory<DeviceImage> images, ReadOnlySpan<BufferRegion> outputs,
        GpuSync sync = default, CancellationToken cancellationToken = default) =>
        _runs.RunAsync(images, outputs, sync, cancellationToken);

    /// <summary>Runs a dense network on images on the host's device to other images of the host
    /// asynchronously.</summary>
    /// <param name="images">As in
    /// <see cref="RunAsync(ReadOnlyMemory{DeviceImage}, ReadOnlySpan{Memory{float}}, GpuSync, CancellationToken)"/>.
    /// </param>
    /// <param name="outputs">As in <see cref="Run(ReadOnlySpan{DeviceImage}, ReadOnlySpan{OutputImage})"/>.</param>
    /// <param name="sync">As in
    /// <see cref="RunAsync(ReadOnlyMemory{Image}, Memory{float}, GpuSync, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">As in
    /// <see cref="RunAsync(BufferRegion, BufferRegion, GpuSync, CancellationToken)"/>.</param>
    /// <returns>A task that completes when the output has been written.</returns>
    /// <inheritdoc cref="Run(ReadOnlySpan{DeviceImage}, ReadOnlySpan{OutputImage})" path="/exception"/>
    public Task RunAsync(
        ReadOnlyMemory<DeviceImage> images, ReadOnlySpan<OutputImage> outputs,
        GpuSync sync = default, CancellationToken cancellationToken = default) =>
        _runs.RunAsync(images, outputs, sync, cancellationToken);

    /// <summary>Runs a dense network from buffers of the host to its images asynchronously.</summary>
    /// <param name="inputs">As in <see cref="Run(ReadOnlySpan{BufferRegion}, ReadOnlySpan{BufferRegion})"/>.</param>
    /// <param name="outputs">As in <see cref="Run(ReadOnlySpan{BufferRegion}, ReadOnlySpan{OutputImage})"/>.</param>
    /// <param name="sync">As in
    /// <see cref="RunAsync(BufferRegion, BufferRegion, GpuSync, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">As in
    /// <see cref="RunAsync(BufferRegion, BufferRegion, GpuSync, CancellationToken)"/>.</param>
    /// <returns>A task that completes when the output has been written.</returns>
    /// <inheritdoc cref="Run(ReadOnlySpan{DeviceImage}, ReadOnlySpan{OutputImage})" path="/exception"/>
    public Task RunAsync(
        ReadOnlySpan<BufferRegion> inputs, ReadOnlySpan<OutputImage> outputs, GpuSync sync = default,
        CancellationToken cancellationToken = default) =>
        _runs.RunAsync(inputs, outputs, sync, cancellationToken);

    /// <summary>Runs the network asynchronously.</summary>
    /// <param name="input">As in <see cref="Run(ReadOnlySpan{float}, Span{float})"/>. The input is read before this
    /// method returns if the run can start at once, otherwise later. Do not change the input before the task
    /// completes.</param>
    /// <param name="output">As in <see cref="Run(ReadOnlySpan{float}, Span{float})"/>. The output is written before the
    /// task completes.</param>
    /// <param name="cancellationToken">Cancels the wait for the run. GPU work that was submitted completes, and the
    /// output is not written. After the output has begun to be written, cancelling has no effect.</param>
    /// <returns>A task that completes when the output has been written. The runtime needs no thread of the thread pool
    /// for this.</returns>
    /// <exception cref="ShapeMismatchException">The length of the input or of the output does not fit.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public Task RunAsync(
        ReadOnlyMemory<float> input, Memory<float> output, CancellationToken cancellationToken = default) =>
        _runs.RunAsync(input, output, default, cancellationToken);

    /// <summary>Runs the network asynchronously, ordered on the device before or after other work of the
    /// host.</summary>
    /// <remarks>A length that does not fit throws at the call, and so does a call by a thread that has locked the
    /// queue. Every other failure is that of the task.</remarks>
    /// <param name="input">As in
    /// <see cref="RunAsync(ReadOnlyMemory{float}, Memory{float}, CancellationToken)"/>.</param>
    /// <param name="output">As in
    /// <see cref="RunAsync(ReadOnlyMemory{float}, Memory{float}, CancellationToken)"/>.</param>
    /// <param name="sync">The timeline semaphores that the run waits for and signals on the device.</param>
    /// <param name="cancellationToken">Cancels the wait for the run. A run that signals a semaphore is submitted, and
    /// signals, even if it is cancelled. Such a run cannot be cancelled while it waits for its turn. A token that is
    /// cancelled before the call prevents the run.</param>
    /// <returns>A task that completes when the output has been written.</returns>
    /// <exception cref="ShapeMismatchException">The length of the input or of the output does not fit.</exception>
    /// <exception cref="UnsupportedDeviceException">Semaphores were given, but the device is not a host's device with
    /// <see cref="HostDevice.HasTimelineSemaphores"/>.</exception>
    /// <exception cref="ArgumentException">The handle of a semaphore is null.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public Task RunAsync(
        ReadOnlyMemory<float> input, Memory<float> output,
        GpuSync sync, CancellationToken cancellationToken = default) =>
        _runs.RunAsync(input, output, sync, cancellationToken);

    /// <summary>Runs a network with any number of inputs and outputs asynchronously.</summary>
    /// <param name="inputs">As in
    /// <see cref="Run(ReadOnlySpan{ReadOnlyMemory{float}}, ReadOnlySpan{Memory{float}})"/>. Each is read before this
    /// method returns if the run can start at once, otherwise later. Do not change it before the task
    /// completes.</param>
    /// <param name="outputs">As in
    /// <see cref="Run(ReadOnlySpan{ReadOnlyMemory{float}}, ReadOnlySpan{Memory{float}})"/>. Each is written before the
    /// task completes.</param>
    /// <param name="sync">The timeline semaphores that the run waits for and signals on the device, if any. A device
    /// that is not a host's device with <see cref="HostDevice.HasTimelineSemaphores"/> throws an
    /// <see cref="UnsupportedDeviceException"/>.</param>
    /// <param name="cancellationToken">As in
    /// <see cref="RunAsync(ReadOnlyMemory{float}, Memory{float}, GpuSync, CancellationToken)"/>.</param>
    /// <returns>A task that completes when the outputs have been written.</returns>
    /// <exception cref="ShapeMismatchException">The number of inputs or outputs, or the length of one, does not
    /// fit.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public Task RunAsync(
        ReadOnlySpan<ReadOnlyMemory<float>> inputs, ReadOnlySpan<Memory<float>> outputs,
        GpuSync sync = default, CancellationToken cancellationToken = default) =>
        _runs.RunAsync(inputs, outputs, sync, cancellationToken);

    /// <summary>Runs the network on images asynchronously.</summary>
    /// <param name="images">As in <see cref="Run(ReadOnlySpan{Image}, Span{float})"/>. The images are read before this
    /// method returns if the run can start at once, otherwise later. Do not change the pixels before the task
    /// completes.</param>
    /// <param name="output">As in <see cref="Run(ReadOnlySpan{Image}, Span{float})"/>. The output is written before the
    /// task completes.</param>
    /// <param name="sync">The timeline semaphores that the run waits for and signals on the device, if any. A device
    /// that is not a host's device with <see cref="HostDevice.HasTimelineSemaphores"/> throws an
    /// <see cref="UnsupportedDeviceException"/>.</param>
    /// <param name="cancellationToken">As in
    /// <see cref="RunAsync(ReadOnlyMemory{float}, Memory{float}, GpuSync, CancellationToken)"/>.</param>
    /// <returns>A task that completes when the output has been written.</returns>
    /// <inheritdoc cref="Run(ReadOnlySpan{Image}, Span{float})" path="/exception"/>
    public Task RunAsync(
        ReadOnlyMemory<Image> images, Memory<float> output,
        GpuSync sync = default, CancellationToken cancellationToken = default) =>
        _runs.RunAsync(images, output, sync, cancellationToken);

    /// <summary>Runs a network with one input and any number of outputs on images asynchronously.</summary>
    /// <param name="images">As in
    /// <see cref="RunAsync(ReadOnlyMemory{Image}, Memory{float}, GpuSync, CancellationToken)"/>.</param>
    /// <param name="outputs">As in <see cref="Run(ReadOnlySpan{Image}, ReadOnlySpan{Memory{float}})"/>. Each is written
    /// before the task completes.</param>
    /// <param name="sync">As in
    /// <see cref="RunAsync(ReadOnlyMemory{Image}, Memory{float}, GpuSync, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">As in
    /// <see cref="RunAsync(ReadOnlyMemory{float}, Memory{float}, GpuSync, CancellationToken)"/>.</param>
    /// <returns>A task that completes when the outputs have been written.</returns>
    /// <inheritdoc cref="Run(ReadOnlySpan{Image}, Span{float})" path="/exception"/>
    public Task RunAsync(
        ReadOnlyMemory<Image> images, ReadOnlySpan<Memory<float>> outputs,
        GpuSync sync = default, CancellationToken cancellationToken = default) =>
        _runs.RunAsync(images, outputs, sync, cancellationToken);

    /// <summary>Runs the network from one buffer of the host to another asynchronously.</summary>
    /// <param name="input">As in <see cref="Run(BufferRegion, BufferRegion)"/>.</param>
    /// <param name="output">As in <see cref="Run(BufferRegion, BufferRegion)"/>.</param>
    /// <param name="sync">The timeline semaphores that the run waits for and signals on the device, if any. A device
    /// that is not a host's device with <see cref="HostDevice.HasTimelineSemaphores"/> throws an
    /// <see cref="UnsupportedDeviceException"/>.</param>
    /// <param name="cancellationToken">Cancels the wait for the run. GPU work that was submitted completes and writes
    /// the output. For a run that signals a semaphore the rules of
    /// <see cref="RunAsync(ReadOnlyMemory{float}, Memory{float}, GpuSync, CancellationToken)"/> apply.</param>
    /// <returns>A task that completes when the output has been written.</returns>
    /// <inheritdoc cref="Run(BufferRegion, BufferRegion)" path="/exception"/>
    public Task RunAsync(
        BufferRegion input, BufferRegion output, GpuSync sync = default,
        CancellationToken cancellationToken = default) =>
        _runs.RunAsync([input], [output], sync, cancellationToken);

    /// <summary>Runs a network with any number of inputs and outputs from buffers of the host to others
    /// asynchronously.</summary>
    /// <param name="inputs">As in <see cref="Run(ReadOnlySpan{BufferRegion}, ReadOnlySpan{BufferRegion})"/>.</param>
    /// <param name="outputs">As in <see cref="Run(ReadOnlySpan{BufferRegion}, ReadOnlySpan{BufferRegion})"/>.</param>
    /// <param name="sync">As in
    /// <see cref="RunAsync(BufferRegion, BufferRegion, GpuSync, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">As in
    /// <see cref="RunAsync(BufferRegion, BufferRegion, GpuSync, CancellationToken)"/>.</param>
    /// <returns>A task that completes when the outputs have been written.</returns>
    /// <exception cref="ShapeMismatchException">The number of inputs or outputs does not fit.</exception>
    /// <inheritdoc cref="Run(BufferRegion, BufferRegion)" path="/exception"/>
    public Task RunAsync(
        ReadOnlySpan<BufferRegion> inputs, ReadOnlySpan<BufferRegion> outputs, GpuSync sync = default,
        CancellationToken cancellationToken = default) =>
        _runs.RunAsync(inputs, outputs, sync, cancellationToken);

    /// <summary>Maps the memory that runs read their input from, so that the caller writes it in place. Waits for its
    /// turn as a run does, and counts as one until the caller disposes it.</summary>
    /// <typeparam name="T">float; or <see cref="Half"/> or byte, which the device widens.</typeparam>
    /// <exception cref="ArgumentException">The type is another one.</exception>
    /// <exception cref="DeviceLimitException">A batch of such elements exceeds one of the device's limits.</exception>
    /// <exception cref="UnsupportedDeviceException">The kernel that widens elements failed its self-test.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device does not have enough memory for them.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public MappedInput<T> MapInput<T>() where T : unmanaged => _runs.Map<T>();

    /// <summary>Creates a stepper, which spreads an inference over several frames. The caller disposes it.</summary>
    /// <exception cref="OutOfDeviceMemoryException">The device does not have enough memory for another set of
    /// activations.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public Stepper CreateStepper() => Create(() => new Stepper(_planned));

    /// <summary>Creates a recorder, which records the network into command buffers of the host. The caller disposes
    /// it.</summary>
    /// <exception cref="InvalidOperationException">The session does not run on a host's device.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device does not have enough memory for another set of
    /// activations.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public Recorder CreateRecorder()
    {
        _planned.CheckIsHosts();
        return Create(() => new Recorder(_planned));
    }

    /// <summary>Creates a profiler, which measures the device time of each kernel launch. The caller disposes
    /// it.</summary>
    /// <exception cref="OutOfDeviceMemoryException">The device does not have enough memory for another set of
    /// activations.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public Profiler CreateProfiler() => Create(() => new Profiler(_planned));

    /// <summary>Copies the output of a layer in the last run.</summary>
    /// <param name="layer">The name of a layer in <see cref="KeptLayers"/>.</param>
    /// <param name="output">Receives the layer's output: as many items of <see cref="ModelGraph.OutputShapeOf"/> as the
    /// last run had. The length must be exact.</param>
    /// <exception cref="ArgumentException">The layer is not in <see cref="KeptLayers"/>.</exception>
    /// <exception cref="InvalidOperationException">There was no run, or the last run failed.</exception>
    /// <exception cref="ShapeMismatchException">The length does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public void ReadLayer(string layer, Span<float> output)
    {
        if (!KeptLayers.Contains(layer))
            throw new ArgumentException(
                $"The output of {layer} is not kept; kept are: {string.Join(", ", KeptLayers)}.", nameof(layer));
        int index = Graph.Layers.Select(item => item.Name).ToList().IndexOf(layer);
        _runs.ReadLayer(layer, Graph.OutputShapeOf(index), output);
    }

    /// <summary>Compares this session with the model's certificate: what torch computed with the model when it was
    /// exported. All outputs are compared in full, each layer by statistics and sampled values. The graph, the weights
    /// and the certificate are compared by their hashes. The comparison takes a few runs, and while it lasts the device
    /// memory for the outputs of all layers.</summary>
    /// <returns>A report with each layer. <see cref="ParityReport.Passed"/> says whether the comparison passed,
    /// <see cref="ParityReport.Failure"/> why not.</returns>
    /// <exception cref="CertificateNotFoundException">The model has no certificate, so there is nothing to compare
    /// with.</exception>
    /// <exception cref="DeviceLimitException">The output of a layer, which this method keeps, exceeds one of the
    /// device's limits.</exception>
    /// <exception cref="UnsupportedDeviceException">A kernel that is needed for the comparison failed its self-test,
    /// and no other kernel can replace it.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device does not have enough memory.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed before or during the call.</exception>
    public ParityReport Verify()
    {
        _planned.Device.CheckQueueIsFree();
        lock (_making)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_planned.Model.Certificate is null)
                throw new CertificateNotFoundException(Graph.Name);
            return CertificateReplay.Run(
                this, _planned.Model,
                options => new InferenceSession(_planned.Device, _planned.Model, options, _variants));
        }
    }

    /// <summary>Waits for the runs in progress, then frees the session's device memory and pipelines. The session's
    /// steppers, recorders and profilers are not disposed; dispose them separately, in any order. Later runs throw an
    /// <see cref="ObjectDisposedException"/>.</summary>
    /// <remarks>Dispose what you create. The garbage collector does not see device memory, so a session that is not
    /// disposed may keep its memory for a long time, until the collector finds the session. On a host's device, a
    /// session that is not disposed is never freed. In both cases the event source "SoftPool.Vulkan" reports
    /// it.</remarks>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _disposed = true;
        _runs.Close();
        lock (_making)
            _runs.Dispose();
    }

    private T Create<T>(Func<T> make)
    {
        _planned.Device.CheckQueueIsFree();
        lock (_making)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            try
            {
                return make();
            }
            catch (OutOfDeviceMemoryException e)
            {
                throw e.Advising(Options, _planned.Device.HasFp16Storage);
            }
        }
    }
}
