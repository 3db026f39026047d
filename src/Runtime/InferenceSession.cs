using SoftPool.Parity;
using SoftPool.Planning;
using SoftPool.Vulkan;

namespace SoftPool;

/// <summary>
/// A model ready to run on a device. What runs of floats need is made at creation; a run copies the input, submits one
/// recorded command buffer, waits, and copies the output. Any thread may run it: <see cref="SessionOptions.InFlight"/> runs
/// are under way at once, and further ones wait for their turn. Pictures, steps and <see cref="Record"/> have activations of
/// their own, each made when it is first called; each takes one caller at a time, and no other's turn.
/// </summary>
public sealed class InferenceSession : IDisposable
{
    private readonly VulkanDevice _device;
    private readonly Model _model;
    private readonly ExecutionPlan _plan;
    private readonly VariantChoice? _variants;
    private readonly Ownership _ownership = new();
    private readonly RunPool _runs;
    private readonly HostRun _first;
    // Held for moments: it guards what is owned and disposed. Each of the others is held while the device works.
    private readonly Lock _lock = new(), _verifying = new(), _recording = new(), _stepping = new(), _picturing = new(), _timing = new();
    private DeviceProgram? _recorded;
    private SteppedRun? _stepped;
    private PictureRun? _pictures;
    private TimedRun? _timed;
    private volatile bool _disposed;
    // Of the inference that was begun; 0 if none was.
    private int _steppedItems;

    internal InferenceSession(GpuDevice device, Model model, SessionOptions options, VariantChoice? variants = null)
        : this(device.Vulkan, device.Info, model, options, variants)
    {
    }

    private InferenceSession(
        VulkanDevice device, GpuDeviceInfo info, Model model, SessionOptions options, VariantChoice? variants)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (options.InFlight < 1 || (options.InFlight > 1 && options.KeepLayerOutputs))
            throw new ArgumentException(
                $"A session has at least 1 run in flight, and 1 alone where layers are kept; got {options.InFlight}.",
                nameof(options));
        if (!Enum.IsDefined(options.Numerics) || (options.Numerics == Numerics.Strict && options.Fp16))
            throw new ArgumentException(
                $"A session's numerics are Fast or, in 32 bits alone, Strict; got {options.Numerics}{(options.Fp16 ? " in 16 bits" : "")}.",
                nameof(options));
        _device = device;
        _model = model;
        _variants = variants;
        Device = info;
        Options = options;
        if (options.Fp16 && !_device.HasFp16Storage)
            throw new UnsupportedDeviceException(
                $"{Device.Name} has no 16-bit storage, or the host did not enable it "
                + "(storageBuffer16BitAccess, declared by HostDevice.HasFp16Storage): store in 32 bits.");
        var planOptions = PlanOptions.Of(options, _device.Traits, _device.Physical.Limits.MaxStorageBufferRange);
        if (options.Tune)
            ConvolutionTuner.Tune(_device, model.Graph, planOptions);
        using var tested = new Ownership();
        planOptions = planOptions with { Variants = variants ?? _device.Variants.Choice };
        (_plan, StruckOff) = Advising(() => SelfTest.Plan(_device, model, planOptions, tested));
        var runs = new HostRun[options.InFlight];
        try
        {
            for (int i = 0; i < runs.Length; i++)
                runs[i] = Own(() => new HostRun(_device, model, _plan, options.KeepLayerOutputs));
        }
        catch
        {
            _ownership.Dispose();
            throw;
        }
        _runs = new RunPool(runs);
        _first = runs[0];
    }

    /// <summary>Frees the memory of a session that nobody disposed, unless its device is a host's, which may have destroyed it.</summary>
    ~InferenceSession()
    {
        // A constructor that failed has freed what it made.
        if (_first is null)
            return;
        RuntimeEventSource.Log.SessionNotDisposed(Graph.Name, Device.Name, RuntimeEventSource.Outcome(_device.IsHosts));
        // Dispose waits for runs that are under way; a finaliser must not.
        if (!_device.IsHosts)
            ThreadPool.UnsafeQueueUserWorkItem(static session => session.Dispose(), this, preferLocal: false);
    }

    /// <summary>The device that it runs on.</summary>
    public GpuDeviceInfo Device { get; }

    /// <summary>The network that it runs.</summary>
    public ModelGraph Graph => _model.Graph;

    /// <summary>What it was created with.</summary>
    public SessionOptions Options { get; }

    /// <summary>The kernels that this session would use, had the self-test not found them wrong or unsteady with this driver; others
    /// are in their places. Empty where all is well.</summary>
    public IReadOnlyList<StruckOffKernel> StruckOff { get; }

    /// <summary>The device memory that all activations of one run share, in bytes.</summary>
    public long ActivationBytes => _first.Program.ArenaBytes;

    /// <summary>The device memory of the model's weights, in bytes; all sessions of a model on a device share it.</summary>
    public long WeightBytes => _first.Program.WeightBytes;

    /// <summary>The layers whose output <see cref="ReadLayer"/> gives, in order. Empty unless they are kept. A layer
    /// that a kernel computes together with the one behind it is not among them.</summary>
    public IEnumerable<string> KeptLayers => Options.KeepLayerOutputs
        ? Graph.Layers.Select(layer => layer.Name).Where(_plan.LayerOutputs.ContainsKey)
        : [];

    /// <summary>Computes the network.</summary>
    /// <param name="input">n items of <see cref="ModelGraph.InputShape"/>, (n, C, H, W), n being 1 to the session's
    /// batch. A run takes as long for one item as for the whole batch.</param>
    /// <param name="output">Room for n items of <see cref="ModelGraph.OutputShape"/>, (n, classes).</param>
    /// <exception cref="ShapeMismatchException">A length does not fit.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        int items = CheckLengths(input.Length, output.Length);
        HostRun run = Rent();
        try
        {
            input.CopyTo(run.Input);
            run.Submit().Wait();
            run.Items = items;
            run.CopyOutput(_plan.Output, output);
        }
        finally
        {
            _runs.Return(run);
        }
    }

    /// <summary>Computes the network for pictures of any sizes, resized and normalised on the device as the model's
    /// <see cref="Preprocessing"/> says. As long as the sizes stay the same, nothing is allocated.</summary>
    /// <param name="pictures">1 to the session's batch.</param>
    /// <param name="output">Room for as many items of <see cref="ModelGraph.OutputShape"/>, (n, classes).</param>
    /// <exception cref="ShapeMismatchException">A length does not fit, a picture's size and bytes do not go together, or the
    /// network takes no pictures of three channels.</exception>
    /// <exception cref="UnsupportedDeviceException">A picture exceeds what the device takes.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device has not the memory for what the first call makes, or for pictures of
    /// these sizes.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public void Run(ReadOnlySpan<Picture> pictures, Span<float> output)
    {
        if (Graph.InputShape.Rank != 3 || Graph.InputShape[0] != 3)
            throw new ShapeMismatchException($"Pictures have three channels; '{Graph.Name}' takes {Graph.InputShape}.");
        CheckLengths((long)pictures.Length * Graph.InputShape.Count, output.Length);
        foreach (Picture picture in pictures)
        {
            picture.Check();
            uint largest = _device.Physical.Limits.MaxStorageBufferRange;
            if (picture.Pixels.Length > largest)
                throw new UnsupportedDeviceException(
                    $"A picture of {picture.Pixels.Length} bytes exceeds the {largest} that {Device.Name} takes at most.");
        }
        lock (_picturing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _pictures ??= Own(() => new PictureRun(_device, _model, _plan));
            _pictures.Run(pictures, output);
        }
    }

    /// <summary>Computes the network while the caller goes on.</summary>
    /// <param name="input">As in <see cref="Run(ReadOnlySpan{float}, Span{float})"/>; copied before this returns if a run is free, else not before then.
    /// </param>
    /// <param name="output">As in <see cref="Run(ReadOnlySpan{float}, Span{float})"/>; written before the task ends.</param>
    /// <param name="cancel">Ends the wait. What the device has begun it finishes, and the output is not written. Once the output is
    /// being written, it is too late: the task ends well.</param>
    /// <returns>A task that ends when the output is there. To come to its end it needs no thread of the pool.</returns>
    /// <exception cref="ShapeMismatchException">A length does not fit.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public Task RunAsync(ReadOnlyMemory<float> input, Memory<float> output, CancellationToken cancel = default) =>
        RunAsync(input, output, default, cancel);

    /// <summary>The same, ordered on the device behind and before work of the host's.</summary>
    /// <param name="input">As in <see cref="Run(ReadOnlySpan{float}, Span{float})"/>.</param>
    /// <param name="output">As in <see cref="Run(ReadOnlySpan{float}, Span{float})"/>.</param>
    /// <param name="sync">What the run waits for and signals on the device.</param>
    /// <param name="cancel">Ends the wait. A run that signals is submitted and signals all the same, unless it was cancelled before this
    /// call: until its turn has come it cannot be cancelled.</param>
    /// <exception cref="UnsupportedDeviceException">Semaphores were given, and the device is not an adopted one with timeline
    /// semaphores.</exception>
    /// <exception cref="ArgumentException">A semaphore is null.</exception>
    public Task RunAsync(
        ReadOnlyMemory<float> input, Memory<float> output, GpuSync sync, CancellationToken cancel = default)
    {
        int items = CheckLengths(input.Length, output.Length);
        if (cancel.IsCancellationRequested)
            return Task.FromCanceled(cancel);
        var asked = new AsyncRun(input, output, sync, items, cancel);
        asked.Listen();
        _runs.Rent(Begin);
        return asked.Task;

        bool Begin(HostRun run)
        {
            if (!_disposed)
                return asked.Begin(run, _plan.Output, _device.Completions, _runs.Return);
            asked.Fail(new ObjectDisposedException(nameof(InferenceSession)));
            return false;
        }
    }

    /// <summary>Records the network into a command buffer of the host's, which submits it when it likes, any number of times,
    /// one at a time.</summary>
    /// <param name="commandBuffer">The VkCommandBuffer, being recorded, outside of a render pass, for a queue of the family
    /// <see cref="HostDevice.QueueFamily"/>. Its compute pipeline and descriptor sets are others afterwards: bind yours anew.</param>
    /// <param name="input">Where the whole batch of inputs is, (N, C, H, W), when the commands run.</param>
    /// <param name="output">Where the whole batch of outputs goes, (N, classes).</param>
    /// <remarks>The commands wait for whatever is ahead of them on the queue, and whatever follows waits for them. All that
    /// one session has recorded shares one set of activations: on one queue that is safe, on several the host keeps them
    /// apart. The session must outlive the commands' last run.</remarks>
    /// <exception cref="ArgumentException">A handle is null, or an offset is no multiple of 4.</exception>
    /// <exception cref="InvalidOperationException">The device is not the host's.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device has not the memory for what the first call makes.</exception>
    public void Record(nint commandBuffer, GpuBuffer input, GpuBuffer output)
    {
        if (commandBuffer == 0)
            throw new ArgumentException("A VkCommandBuffer that is being recorded is needed; its handle is null.", nameof(commandBuffer));
        input.Check(nameof(input));
        output.Check(nameof(output));
        if (!_device.IsHosts)
            throw new InvalidOperationException(
                "Handles of a host's mean nothing on this session's own device: record with a session of one that GpuDevice.Adopt gave.");
        lock (_recording)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _recorded ??= Own(() => new DeviceProgram(_device, _model, _plan, keepLayerOutputs: false));
            _recorded.RecordBetween(_device, commandBuffer, input, output);
        }
    }

    /// <summary>Begins an inference that <see cref="Step"/> spreads over several frames. One that has not come to its
    /// <see cref="End"/> is given up. Whole runs may come in between.</summary>
    /// <param name="input">As in <see cref="Run(ReadOnlySpan{float}, Span{float})"/>.</param>
    /// <exception cref="ShapeMismatchException">The length does not fit.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device has not the memory for what the first call makes.</exception>
    public void Begin(ReadOnlySpan<float> input)
    {
        int items = ItemsIn(input.Length);
        lock (_stepping)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _stepped ??= Own(() => new SteppedRun(_device, _model, _plan));
            _stepped.Begin();
            input.CopyTo(_stepped.Staging.Input);
            _steppedItems = items;
        }
    }

    /// <summary>Computes a part of what <see cref="Begin"/> began.</summary>
    /// <param name="budget">How long it may take. One kernel launch is always done, so that there is an end; the first time
    /// round it is not known yet how long each takes.</param>
    /// <returns>Whether the inference is done, and <see cref="End"/> gives its output.</returns>
    /// <exception cref="InvalidOperationException">No inference was begun.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public bool Step(TimeSpan budget)
    {
        lock (_stepping)
        {
            SteppedRun run = Stepped();
            if (!run.IsDone)
                run.Step(budget);
            return run.IsDone;
        }
    }

    /// <summary>Copies the output of the inference that <see cref="Step"/> has done.</summary>
    /// <param name="output">Room for as many items as were given to <see cref="Begin"/>.</param>
    /// <exception cref="InvalidOperationException">No inference was begun, or it is not done.</exception>
    /// <exception cref="ShapeMismatchException">The length does not fit.</exception>
    public void End(Span<float> output)
    {
        lock (_stepping)
        {
            SteppedRun run = Stepped();
            if (!run.IsDone)
                throw new InvalidOperationException("The inference is not done: step until Step says so.");
            CheckRoom("output", _steppedItems, Graph.OutputShape, output.Length);
            run.Staging.CopyOutput(_plan.Output, output);
            _steppedItems = 0;
        }
    }

    /// <summary>What a run launches.</summary>
    internal ExecutionPlan Plan => _plan;

    /// <summary>Runs, and takes the time of each launch of <see cref="Plan"/> on the device's own clock.</summary>
    /// <param name="input">As in <see cref="Run(ReadOnlySpan{float}, Span{float})"/>.</param>
    /// <param name="milliseconds">Room for one time a launch.</param>
    /// <exception cref="UnsupportedDeviceException">The device has no clock.</exception>
    internal void TimeLaunches(ReadOnlySpan<float> input, Span<double> milliseconds)
    {
        lock (_timing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _timed ??= Own(() => new TimedRun(_device, _model, _plan));
            input.CopyTo(_timed.Staging.Input);
            _timed.Run(milliseconds);
        }
    }

    /// <summary>Copies what a layer gave in the last run of floats, <see cref="Run(ReadOnlySpan{float}, Span{float})"/> or
    /// <see cref="RunAsync(ReadOnlyMemory{float}, Memory{float}, CancellationToken)"/>. Others keep no layers.</summary>
    /// <param name="layer">One of <see cref="KeptLayers"/>.</param>
    /// <param name="output">Room for as many items of the layer's output shape as that run had.</param>
    /// <exception cref="ArgumentException">The layer's output is not kept.</exception>
    /// <exception cref="InvalidOperationException">There was no such run, or it failed.</exception>
    /// <exception cref="ShapeMismatchException">The length does not fit.</exception>
    public void ReadLayer(string layer, Span<float> output)
    {
        if (!KeptLayers.Contains(layer))
            throw new ArgumentException(
                $"The output of {layer} is not kept; kept are: {string.Join(", ", KeptLayers)}.", nameof(layer));
        int index = Graph.Layers.Select(item => item.Name).ToList().IndexOf(layer);
        HostRun run = Rent();
        try
        {
            if (run.Items == 0)
                throw new InvalidOperationException($"There is no output of {layer}: Run floats first.");
            CheckRoom($"output of {layer}", run.Items, Graph.OutputShapeOf(index), output.Length);
            run.CopyOutput(_plan.LayerOutputs[layer], output);
        }
        finally
        {
            _runs.Return(run);
        }
    }

    /// <summary>
    /// Holds this session, as it was created, to what torch computed with the model when it was exported: its certificate. Its
    /// logits are compared whole, every layer by statistics and sampled values; and graph, weights and certificate by their
    /// hashes. Takes a few runs, and while it lasts the memory of all layers' outputs.
    /// </summary>
    /// <returns>A report of every layer; whether it has <see cref="ParityReport.Passed"/>, and if not, why.</returns>
    /// <exception cref="NoCertificateException">The model has no certificate: there is nothing to hold it to.</exception>
    /// <exception cref="UnsupportedDeviceException">A layer's output that is kept for it exceeds one of the device's limits, or one of the
    /// kernels that it takes beside the session's failed its self-test and no other can take its place.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device has not the memory.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed, before or meanwhile.</exception>
    public ParityReport Verify()
    {
        // Held for long: Dispose waits until the sessions beside this one are gone.
        lock (_verifying)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_model.Certificate is null)
                throw new NoCertificateException(Graph.Name);
            return CertificateReplay.Run(this, _model, options => new InferenceSession(_device, Device, _model, options, _variants));
        }
    }

    /// <summary>Frees the session's device memory and pipelines, after the runs that are under way. What was recorded for the
    /// host must be done.</summary>
    /// <remarks>A session that is dropped without Dispose is freed when the garbage collector finds it, which may be long after,
    /// for the collector does not see the device's memory. On a host's device it is never freed. Either way the event source
    /// "SoftPool.Vulkan" reports it.</remarks>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
        }
        // What is under way still uses the memory; those that wait for their turn then find the session disposed.
        var runs = new HostRun[Options.InFlight];
        for (int i = 0; i < runs.Length; i++)
            runs[i] = _runs.Rent();
        foreach (HostRun run in runs)
            _runs.Return(run);
        lock (_verifying)
            lock (_recording)
                lock (_stepping)
                    lock (_picturing)
                        lock (_timing)
                            _ownership.Dispose();
    }

    /// <summary>Takes over what is made at creation, or at its first use under a lock of its own.</summary>
    private T Own<T>(Func<T> make) where T : IDisposable
    {
        T made = Advising(make);
        lock (_lock)
            return _ownership.Take(made);
    }

    /// <summary>Says what to do where the device's memory does not suffice.</summary>
    private T Advising<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (OutOfDeviceMemoryException e)
        {
            throw new OutOfDeviceMemoryException(
                $"{e.Message} {(Options.Batch > 1 ? $"Take a smaller batch than {Options.Batch}" : "The batch is 1 already: take a device with more memory")}"
                + ", or dispose sessions that are not needed.");
        }
    }

    private SteppedRun Stepped()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _steppedItems > 0 ? _stepped! : throw new InvalidOperationException("No inference was begun: call Begin first.");
    }

    /// <summary>Waits for a free run.</summary>
    private HostRun Rent()
    {
        HostRun run = _runs.Rent();
        if (!_disposed)
            return run;
        _runs.Return(run);
        throw new ObjectDisposedException(nameof(InferenceSession));
    }

    /// <summary>The items of an input for which there is room in the output.</summary>
    private int CheckLengths(long input, int output)
    {
        int items = ItemsIn(input);
        CheckRoom("output", items, Graph.OutputShape, output);
        return items;
    }

    private int ItemsIn(long input)
    {
        TensorShape shape = Graph.InputShape;
        long items = input / shape.Count;
        return items >= 1 && items <= Options.Batch && items * shape.Count == input
            ? (int)items
            : throw new ShapeMismatchException(
                $"The input takes 1 to {Options.Batch} items of {shape}, {shape.Count} elements each; got {input} elements.");
    }

    private static void CheckRoom(string what, int items, TensorShape shape, int length)
    {
        if (length != items * shape.Count)
            throw new ShapeMismatchException(
                $"The {what} of {items} items has {items * shape.Count} elements; got room for {length}.");
    }
}
