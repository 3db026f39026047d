using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>The runs of a session, blocking and asynchronous, for each kind of input: arguments are checked, a slot is
/// rented, the run is submitted, the output is read.</summary>
internal sealed class SessionRuns(object session, PlannedModel planned, SessionOptions options) : IDisposable
{
    // A run that waits for its turn keeps the session from the garbage collector, which would dispose it.
    private readonly object _session = session;
    private readonly RunArguments _arguments = new(planned);
    private readonly RunPool _pool = new(planned, options.MaxConcurrentRuns, options.KeepLayerOutputs);
    private volatile bool _disposed;

    /// <summary>The program of one of the slots.</summary>
    public DeviceProgram Program => _pool.Program;

    public void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        int items = _arguments.ItemsOf(input);
        _arguments.CheckOutput(items, output.Length);
        using RunPool.Lease lease = Rent();
        input.CopyTo(lease.Slot.Input);
        lease.Slot.Submit().Wait();
        lease.Slot.Read(items, output);
    }

    public void Run(ReadOnlySpan<ReadOnlyMemory<float>> inputs, ReadOnlySpan<Memory<float>> outputs)
    {
        int items = _arguments.ItemsOf(inputs);
        _arguments.CheckOutputs(items, outputs);
        using RunPool.Lease lease = Rent();
        lease.Slot.Write(inputs);
        lease.Slot.Submit().Wait();
        lease.Slot.Read(items, outputs);
    }

    public void Run(ReadOnlySpan<Image> images, Span<float> output)
    {
        int items = _arguments.ItemsOf(images);
        _arguments.CheckOutput(items, output.Length);
        using RunPool.Lease lease = Rent();
        lease.Slot.Submit(images).Wait();
        lease.Slot.Read(items, output);
    }

    public void Run(ReadOnlySpan<Image> images, ReadOnlySpan<Memory<float>> outputs)
    {
        int items = _arguments.ItemsOf(images);
        _arguments.CheckOutputs(items, outputs);
        using RunPool.Lease lease = Rent();
        lease.Slot.Submit(images).Wait();
        lease.Slot.Read(items, outputs);
    }

    public void Run(ReadOnlySpan<BufferRegion> inputs, ReadOnlySpan<BufferRegion> outputs)
    {
        _arguments.CheckInputs(inputs);
        _arguments.CheckOutputs(outputs);
        using RunPool.Lease lease = Rent();
        lease.Slot.Submit(inputs, outputs).Wait();
        lease.Slot.Read(options.Batch, ReadOnlySpan<Memory<float>>.Empty);
    }

    public void Run(ReadOnlySpan<DeviceImage> images, ReadOnlySpan<Memory<float>> outputs)
    {
        int items = _arguments.ItemsOf(images);
        _arguments.CheckOutputs(items, outputs);
        using RunPool.Lease lease = Rent();
        lease.Slot.Submit(images).Wait();
        lease.Slot.Read(items, outputs);
    }

    public void Run(ReadOnlySpan<DeviceImage> images, Span<float> output)
    {
        int items = _arguments.ItemsOf(images);
        _arguments.CheckOutput(items, output.Length);
        using RunPool.Lease lease = Rent();
        lease.Slot.Submit(images).Wait();
        lease.Slot.Read(items, output);
    }

    public void Run(ReadOnlySpan<DeviceImage> images, ReadOnlySpan<BufferRegion> outputs)
    {
        int items = _arguments.ItemsOf(images);
        _arguments.CheckOutputs(outputs);
        using RunPool.Lease lease = Rent();
        lease.Slot.Submit(images, outputs).Wait();
        lease.Slot.Read(items, ReadOnlySpan<Memory<float>>.Empty);
    }

    public void Run(ReadOnlySpan<BufferRegion> inputs, ReadOnlySpan<OutputImage> outputs)
    {
        _arguments.CheckInputs(inputs);
        int items = _arguments.CheckOutputs(outputs);
        using RunPool.Lease lease = Rent();
        lease.Slot.Submit(inputs, outputs).Wait();
        lease.Slot.Read(items, ReadOnlySpan<Memory<float>>.Empty);
    }

    public void Run(ReadOnlySpan<DeviceImage> images, ReadOnlySpan<OutputImage> outputs)
    {
        int items = _arguments.ItemsOf(images);
        _arguments.CheckOutputs(items, outputs);
        using RunPool.Lease lease = Rent();
        lease.Slot.Submit(images, outputs).Wait();
        lease.Slot.Read(items, ReadOnlySpan<Memory<float>>.Empty);
    }

    public Task RunAsync(
        ReadOnlySpan<BufferRegion> inputs, ReadOnlySpan<OutputImage> outputs,
        GpuSync sync, CancellationToken cancellationToken)
    {
        _arguments.CheckInputs(inputs);
        int items = _arguments.CheckOutputs(outputs);
        (BufferRegion[] from, OutputImage[] to) = (inputs.ToArray(), outputs.ToArray());
        return RunAsync(slot => slot.Submit(from, to, sync), items, [], sync, cancellationToken);
    }

    public Task RunAsync(
        ReadOnlyMemory<DeviceImage> images, ReadOnlySpan<OutputImage> outputs,
        GpuSync sync, CancellationToken cancellationToken)
    {
        int items = _arguments.ItemsOf(images.Span);
        _arguments.CheckOutputs(items, outputs);
        OutputImage[] to = outputs.ToArray();
        return RunAsync(slot => slot.Submit(images.Span, to, sync), items, [], sync, cancellationToken);
    }

    public Task RunAsync(
        ReadOnlyMemory<DeviceImage> images, ReadOnlySpan<Memory<float>> outputs,
        GpuSync sync, CancellationToken cancellationToken)
    {
        int items = _arguments.ItemsOf(images.Span);
        _arguments.CheckOutputs(items, outputs);
        return RunAsync(
            slot => slot.Submit(images.Span, sync), items, outputs.ToArray(), sync, cancellationToken);
    }

    public Task RunAsync(
        ReadOnlyMemory<DeviceImage> images, ReadOnlySpan<BufferRegion> outputs,
        GpuSync sync, CancellationToken cancellationToken)
    {
        int items = _arguments.ItemsOf(images.Span);
        _arguments.CheckOutputs(outputs);
        BufferRegion[] to = outputs.ToArray();
        return RunAsync(slot => slot.Submit(images.Span, to, sync), items, [], sync, cancellationToken);
    }

    public Task RunAsync(
        ReadOnlyMemory<float> input, Memory<float> output, GpuSync sync, CancellationToken cancellationToken)
    {
        int items = _arguments.ItemsOf(input.Span);
        _arguments.CheckOutput(items, output.Length);
        return RunAsync(Start, items, [output], sync, cancellationToken);

        Submission Start(RunSlot slot)
        {
            input.Span.CopyTo(slot.Input);
            return slot.Submit(sync);
        }
    }

    public Task RunAsync(
        ReadOnlySpan<ReadOnlyMemory<float>> inputs, ReadOnlySpan<Memory<float>> outputs,
        GpuSync sync, CancellationToken cancellationToken)
    {
        int items = _arguments.ItemsOf(inputs);
        _arguments.CheckOutputs(items, outputs);
        ReadOnlyMemory<float>[] all = inputs.ToArray();
        return RunAsync(Start, items, outputs.ToArray(), sync, cancellationToken);

        Submission Start(RunSlot slot)
        {
            slot.Write(all);
            return slot.Submit(sync);
        }
    }

    public Task RunAsync(
        ReadOnlyMemory<Image> images, Memory<float> output, GpuSync sync, CancellationToken cancellationToken)
    {
        int items = _arguments.ItemsOf(images.Span);
        _arguments.CheckOutput(items, output.Length);
        return RunAsync(slot => slot.Submit(images.Span, sync), items, [output], sync, cancellationToken);
    }

    public Task RunAsync(
        ReadOnlyMemory<Image> images, ReadOnlySpan<Memory<float>> outputs,
        GpuSync sync, CancellationToken cancellationToken)
    {
        int items = _arguments.ItemsOf(images.Span);
        _arguments.CheckOutputs(items, outputs);
        return RunAsync(
            slot => slot.Submit(images.Span, sync), items, outputs.ToArray(), sync, cancellationToken);
    }

    public Task RunAsync(
        ReadOnlySpan<BufferRegion> inputs, ReadOnlySpan<BufferRegion> outputs,
        GpuSync sync, CancellationToken cancellationToken)
    {
        _arguments.CheckInputs(inputs);
        _arguments.CheckOutputs(outputs);
        (BufferRegion[] from, BufferRegion[] to) = (inputs.ToArray(), outputs.ToArray());
        return RunAsync(slot => slot.Submit(from, to, sync), options.Batch, [], sync, cancellationToken);
    }

    /// <summary>The number of the network's inputs.</summary>
    public int Inputs => planned.Plan.Inputs.Count;

    /// <summary>Memory for the caller to write the input of runs.</summary>
    public MappedInput<T> Map<T>() where T : unmanaged
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(Half) && typeof(T) != typeof(byte))
            throw new ArgumentException($"An input is mapped as float, Half or byte; got {typeof(T)}.", nameof(T));
        RunPool.Lease lease = Rent();
        try
        {
            lease.Slot.Prepare<T>();
            return new MappedInput<T>(this, lease);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>Runs what was mapped and written, in the slot where it was.</summary>
    public void Run<T>(RunSlot slot, Span<float> output) where T : unmanaged
    {
        int items = _arguments.ItemsOfOutput(output);
        slot.SubmitMapped<T>(default).Wait();
        slot.Read(items, output);
    }

    public void Run<T>(RunSlot slot, ReadOnlySpan<Memory<float>> outputs) where T : unmanaged
    {
        int items = _arguments.ItemsOfOutputs(outputs);
        slot.SubmitMapped<T>(default).Wait();
        slot.Read(items, outputs);
    }

    /// <param name="slot">Where it was mapped.</param>
    /// <param name="outputs">Where the outputs go.</param>
    /// <param name="sync">What it waits for and signals.</param>
    /// <param name="ended">Is called before the task completes.</param>
    /// <param name="free">Is called when the slot is free.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task RunAsync<T>(
        RunSlot slot, ReadOnlySpan<Memory<float>> outputs, GpuSync sync, Action ended, Action<RunSlot> free,
        CancellationToken cancellationToken) where T : unmanaged
    {
        int items = _arguments.ItemsOfOutputs(outputs);
        var run = new AsyncRun(
            slot => slot.SubmitMapped<T>(sync), !sync.Signal.IsEmpty, items, outputs.ToArray(), cancellationToken)
        {
            Ended = ended,
        };
        run.Listen();
        if (!run.Begin(slot, planned.Device.FenceWaiter, free))
        {
            ended();
            free(slot);
        }
        return run.Task;
    }

    /// <summary>Copies what a layer computed in the last run.</summary>
    /// <param name="layer">Its name; its output is kept.</param>
    /// <param name="shape">The shape of one item of its output.</param>
    /// <param name="output">Room for as many items as that run had.</param>
    public void ReadLayer(string layer, TensorShape shape, Span<float> output)
    {
        using RunPool.Lease lease = Rent();
        if (lease.Slot.Items == 0)
            throw new InvalidOperationException($"There is no output of {layer}: Run first.");
        RunArguments.CheckRoom($"output of {layer}", lease.Slot.Items, shape, output.Length);
        lease.Slot.CopyLayer(layer, output);
    }

    /// <summary>Gives a slot back. Runs that waited for it begin on this thread, or on another one if this has locked
    /// the queue.</summary>
    public void Return(RunPool.Lease lease)
    {
        if (planned.Device.IsQueueFree)
            lease.Dispose();
        else
            ThreadPool.QueueUserWorkItem(static lease => lease.Dispose(), lease, preferLocal: false);
    }

    /// <summary>Refuses new runs from now on.</summary>
    public void Close() => _disposed = true;

    /// <summary>Refuses new runs, waits for those that are submitted, and frees the slots.</summary>
    public void Dispose()
    {
        Close();
        _pool.Dispose();
    }

    private Task RunAsync(
        Func<RunSlot, Submission> start, int items, Memory<float>[] outputs,
        GpuSync sync, CancellationToken cancellationToken)
    {
        planned.Device.CheckQueueIsFree();
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        var run = new AsyncRun(start, !sync.Signal.IsEmpty, items, outputs, cancellationToken);
        run.Listen();
        _pool.Rent(Begin);
        return run.Task;

        bool Begin(RunSlot slot)
        {
            if (!_disposed)
                return run.Begin(slot, planned.Device.FenceWaiter, _pool.Return);
            run.Fail(new ObjectDisposedException(_session.GetType().Name));
            return false;
        }
    }

    /// <summary>A free slot, when the caller's turn has come.</summary>
    private RunPool.Lease Rent()
    {
        planned.Device.CheckQueueIsFree();
        RunPool.Lease lease = _pool.Rent();
        if (!_disposed)
            return lease;
        lease.Dispose();
        throw new ObjectDisposedException(_session.GetType().Name);
    }
}
