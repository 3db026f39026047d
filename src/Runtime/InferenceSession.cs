using SoftPool.Execution;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Verification;
using SoftPool.Vulkan;

namespace SoftPool;

/// <summary>A model ready to run on a device. A run copies the input, submits one command buffer that was recorded in
/// advance, waits, and copies the output. Any thread may run it. Up to <see cref="SessionOptions.MaxConcurrentRuns"/>
/// runs are in progress at once; others wait, first come, first served.</summary>
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

    /// <summary>Frees a session that nobody disposed, as <see cref="Dispose"/> says.</summary>
    ~InferenceSession()
    {
        // A constructor that failed has freed what it made.
        if (_runs is not null)
            NotDisposed.Free(this, $"A session of {Graph.Name}", _planned.Device);
    }

    /// <summary>The device that it runs on.</summary>
    public GpuDeviceInfo Device => _planned.Device.Physical.Info;

    /// <summary>The network that it runs.</summary>
    public ModelGraph Graph => _planned.Model.Graph;

    /// <summary>What it was created with.</summary>
    public SessionOptions Options { get; }

    /// <summary>The kernels that this session would use, had they not failed the self-test with this driver. Other
    /// kernels take their places. Normally empty.</summary>
    public IReadOnlyList<RejectedKernel> RejectedKernels { get; }

    /// <summary>The device memory of one run's activations, in bytes.</summary>
    public long ActivationBytes => _runs.Program.ArenaBytes;

    /// <summary>The device memory of the model's weights, in bytes. All sessions of the model on the device share
    /// it.</summary>
    public long WeightBytes => _runs.Program.WeightBytes;

    /// <summary>The layers whose output <see cref="ReadLayer"/> can read, in order; empty unless
    /// <see cref="SessionOptions.KeepLayerOutputs"/>. A layer that a kernel computes together with the next one is not
    /// among them.</summary>
    public IEnumerable<string> KeptLayers => Options.KeepLayerOutputs
        ? Graph.Layers.Select(layer => layer.Name).Where(Plan.LayerOutputs.ContainsKey)
        : [];

    /// <summary>What a run launches.</summary>
    internal ExecutionPlan Plan => _planned.Plan;

    /// <summary>Computes the network.</summary>
    /// <param name="input">n items of <see cref="ModelGraph.InputShape"/>, (n, C, H, W), n being 1 to the session's
    /// batch. A run takes as long for one item as for the whole batch.</param>
    /// <param name="output">Room for n items of <see cref="ModelGraph.OutputShape"/>, (n, classes).</param>
    /// <exception cref="ShapeMismatchException">A length does not fit.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> output) => _runs.Run(input, output);

    /// <summary>Computes the network for images of any sizes, resized and normalised on the device as the model's
    /// <see cref="Preprocessing"/> says. As long as the sizes stay the same, nothing is allocated.</summary>
    /// <param name="images">1 to the session's batch.</param>
    /// <param name="output">Room for as many items of <see cref="ModelGraph.OutputShape"/>, (n, classes).</param>
    /// <exception cref="ShapeMismatchException">A length does not fit, an image's size and bytes do not go together, or
    /// the network takes no images of three channels.</exception>
    /// <exception cref="DeviceLimitException">An image exceeds what the device takes.</exception>
    /// <exception cref="UnsupportedDeviceException">The kernels that resize images failed their self-test.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device has not the memory for images of these
    /// sizes.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public void Run(ReadOnlySpan<Image> images, Span<float> output) => _runs.Run(images, output);

    /// <summary>Computes the network from one of the host's buffers to another; the CPU does not touch the data. The
    /// run starts after all work that was submitted to the queue before it.</summary>
    /// <param name="input">The whole batch of inputs, (N, C, H, W): floats.</param>
    /// <param name="output">Room for the whole batch of outputs, (N, classes): floats.</param>
    /// <exception cref="ArgumentException">A handle is null, or an offset is no multiple of 4.</exception>
    /// <exception cref="InvalidOperationException">The device is not the host's.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public void Run(BufferRegion input, BufferRegion output) => _runs.Run(input, output);

    /// <summary>Computes the network while the caller goes on.</summary>
    /// <param name="input">As in <see cref="Run(ReadOnlySpan{float}, Span{float})"/>; read before this returns if a
    /// slot is free, else later.</param>
    /// <param name="output">As in <see cref="Run(ReadOnlySpan{float}, Span{float})"/>; written before the task
    /// completes.</param>
    /// <param name="cancellationToken">Cancels waiting. Submitted GPU work completes, and the output is untouched. Once
    /// the output is being written, it is too late, and the task completes.</param>
    /// <returns>A task that completes when the output is there. It needs no thread of the thread pool for
    /// that.</returns>
    /// <exception cref="ShapeMismatchException">A length does not fit.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public Task RunAsync(ReadOnlyMemory<float> input, Memory<float> output, CancellationToken cancellationToken = default) =>
        _runs.RunAsync(input, output, default, cancellationToken);

    /// <summary>The same, ordered on the device behind and before work of the host's.</summary>
    /// <param name="input">As in <see cref="Run(ReadOnlySpan{float}, Span{float})"/>.</param>
    /// <param name="output">As in <see cref="Run(ReadOnlySpan{float}, Span{float})"/>.</param>
    /// <param name="sync">What the run waits for and signals on the device.</param>
    /// <param name="cancellationToken">Cancels waiting. A run that signals is submitted and signals all the same,
    /// unless it was cancelled before this call: while it waits for its turn it cannot be cancelled.</param>
    /// <exception cref="UnsupportedDeviceException">Semaphores were given, and the device is not an adopted one with
    /// timeline semaphores.</exception>
    /// <exception cref="ArgumentException">A semaphore is null.</exception>
    public Task RunAsync(ReadOnlyMemory<float> input, Memory<float> output, GpuSync sync, CancellationToken cancellationToken = default) =>
        _runs.RunAsync(input, output, sync, cancellationToken);

    /// <summary>Computes the network for images while the caller goes on.</summary>
    /// <param name="images">As in <see cref="Run(ReadOnlySpan{Image}, Span{float})"/>; read before this returns if a
    /// slot is free, else later.</param>
    /// <param name="output">As in <see cref="Run(ReadOnlySpan{Image}, Span{float})"/>.</param>
    /// <param name="sync">What the run waits for and signals on the device, if anything.</param>
    /// <param name="cancellationToken">As in
    /// <see cref="RunAsync(ReadOnlyMemory{float}, Memory{float}, GpuSync, CancellationToken)"/>.</param>
    /// <inheritdoc cref="Run(ReadOnlySpan{Image}, Span{float})" path="/exception"/>
    public Task RunAsync(
        ReadOnlyMemory<Image> images, Memory<float> output, GpuSync sync = default, CancellationToken cancellationToken = default) =>
        _runs.RunAsync(images, output, sync, cancellationToken);

    /// <summary>Computes the network from a buffer of the host's to another while the caller goes on.</summary>
    /// <param name="input">As in <see cref="Run(BufferRegion, BufferRegion)"/>.</param>
    /// <param name="output">As in <see cref="Run(BufferRegion, BufferRegion)"/>.</param>
    /// <param name="sync">What the run waits for and signals on the device, if anything.</param>
    /// <param name="cancellationToken">Cancels waiting. Submitted GPU work completes and writes the output.</param>
    /// <inheritdoc cref="Run(BufferRegion, BufferRegion)" path="/exception"/>
    public Task RunAsync(BufferRegion input, BufferRegion output, GpuSync sync = default, CancellationToken cancellationToken = default) =>
        _runs.RunAsync(input, output, sync, cancellationToken);

    /// <summary>Creates a stepper, which spreads an inference over several frames.</summary>
    /// <exception cref="OutOfDeviceMemoryException">The device has not the memory for another set of
    /// activations.</exception>
    public Stepper CreateStepper() => Create(() => new Stepper(_planned));

    /// <summary>Creates a recorder, which records the network into the host's command buffers.</summary>
    /// <exception cref="InvalidOperationException">The device is not the host's.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device has not the memory for another set of
    /// activations.</exception>
    public Recorder CreateRecorder()
    {
        _planned.CheckIsHosts();
        return Create(() => new Recorder(_planned));
    }

    /// <summary>Creates a profiler, which times each kernel launch.</summary>
    /// <exception cref="UnsupportedDeviceException">The device takes no timestamps.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device has not the memory for another set of
    /// activations.</exception>
    public Profiler CreateProfiler() => Create(() => new Profiler(_planned));

    /// <summary>Copies what a layer computed in the last run.</summary>
    /// <param name="layer">One of <see cref="KeptLayers"/>.</param>
    /// <param name="output">Room for as many items of the layer's output shape as that run had.</param>
    /// <exception cref="ArgumentException">The layer's output is not kept.</exception>
    /// <exception cref="InvalidOperationException">There was no run, or it failed.</exception>
    /// <exception cref="ShapeMismatchException">The length does not fit.</exception>
    public void ReadLayer(string layer, Span<float> output)
    {
        if (!KeptLayers.Contains(layer))
            throw new ArgumentException(
                $"The output of {layer} is not kept; kept are: {string.Join(", ", KeptLayers)}.", nameof(layer));
        int index = Graph.Layers.Select(item => item.Name).ToList().IndexOf(layer);
        _runs.ReadLayer(layer, Graph.OutputShapeOf(index), output);
    }

    /// <summary>Holds this session, as it was created, to what torch computed with the model when it was exported: its
    /// certificate. Its logits are compared whole, every layer by statistics and sampled values; and graph, weights and
    /// certificate by their hashes. Takes a few runs, and while it lasts the memory of all layers' outputs.</summary>
    /// <returns>A report of every layer; whether it has <see cref="ParityReport.Passed"/>, and if not, why.</returns>
    /// <exception cref="CertificateNotFoundException">The model has no certificate: there is nothing to hold it
    /// to.</exception>
    /// <exception cref="DeviceLimitException">A layer's output, which is kept for this, exceeds one of the device's
    /// limits.</exception>
    /// <exception cref="UnsupportedDeviceException">A kernel that the session does not use failed its self-test, and no
    /// other can take its place.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device has not the memory.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed, before or meanwhile.</exception>
    public ParityReport Verify()
    {
        lock (_making)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_planned.Model.Certificate is null)
                throw new CertificateNotFoundException(Graph.Name);
            return CertificateReplay.Run(
                this, _planned.Model, options => new InferenceSession(_planned.Device, _planned.Model, options, _variants));
        }
    }

    /// <summary>Frees the session's device memory and pipelines, after the runs that are under way. Steppers, recorders
    /// and profilers that it created are their owner's.</summary>
    /// <remarks>A session that is dropped without Dispose is freed when the garbage collector finds it, which may be
    /// long after, for the collector does not see the device's memory. On a host's device it is never freed. Either way
    /// the event source "SoftPool.Vulkan" reports it.</remarks>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _disposed = true;
        lock (_making)
            _runs.Dispose();
    }

    private T Create<T>(Func<T> make)
    {
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
