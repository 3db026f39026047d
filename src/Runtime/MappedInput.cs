using SoftPool.Execution;

namespace SoftPool;

/// <summary>The memory from which a session's runs read their input, for the caller to write in place: a batch is not
/// copied by the CPU. It holds one of the session's <see cref="SessionOptions.MaxConcurrentRuns"/> until it is
/// disposed; disposing the session waits for that. Not thread-safe.</summary>
/// <typeparam name="T">float, or what the device widens to 32-bit floats: <see cref="Half"/>, whose values stay what
/// they are, or byte, which becomes a number from 0 to 255.</typeparam>
public sealed class MappedInput<T> : IDisposable where T : unmanaged
{
    private readonly SessionRuns _runs;
    private readonly RunPool.Lease _lease;
    // 1 while a run is in progress, 2 if it was disposed meanwhile.
    private int _state;
    private bool _disposed;

    internal MappedInput(SessionRuns runs, RunPool.Lease lease) => (_runs, _lease) = (runs, lease);

    /// <summary>An input of a whole batch, (Batch, C, H, W). Write it in order and do not read it: the memory may not
    /// be cached. Elements keep their values from one run to the next. Do not touch it while a run is in
    /// progress.</summary>
    /// <param name="input">The place of the input in <see cref="ModelGraph.Inputs"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The network has no such input.</exception>
    /// <exception cref="InvalidOperationException">A run is in progress.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public Span<T> Values(int input = 0)
    {
        CheckIsFree();
        ArgumentOutOfRangeException.ThrowIfNegative(input);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(input, _runs.Inputs);
        return _lease.Slot.ValuesOf<T>(input);
    }

    /// <summary>Runs the network on the first items that were written.</summary>
    /// <param name="output">Receives n items of <see cref="ModelGraph.OutputShape"/>, (n, classes), where n is 1 to
    /// <see cref="SessionOptions.Batch"/>.</param>
    /// <exception cref="ShapeMismatchException">The length does not fit, or the network has several
    /// outputs.</exception>
    /// <exception cref="InvalidOperationException">A run is in progress.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public void Run(Span<float> output)
    {
        CheckIsFree();
        _runs.Run<T>(_lease.Slot, output);
    }

    /// <summary>Runs a network with any number of outputs on the first items that were written.</summary>
    /// <param name="outputs">Receive n items of each of <see cref="ModelGraph.Outputs"/>, in their order, (n, classes),
    /// where n is 1 to <see cref="SessionOptions.Batch"/>, the same for all.</param>
    /// <inheritdoc cref="Run(Span{float})" path="/exception"/>
    public void Run(ReadOnlySpan<Memory<float>> outputs)
    {
        CheckIsFree();
        _runs.Run<T>(_lease.Slot, outputs);
    }

    /// <summary>Runs the network asynchronously on the first items that were written.</summary>
    /// <param name="output">As in <see cref="Run(Span{float})"/>. The output is written before the task
    /// completes.</param>
    /// <param name="sync">The timeline semaphores that the run waits for and signals on the device, if any. A device
    /// that is not a host's device with <see cref="HostDevice.HasTimelineSemaphores"/> throws an
    /// <see cref="UnsupportedDeviceException"/>.</param>
    /// <param name="cancellationToken">Cancels the wait for the run, which goes on: the input is free when it has
    /// ended.</param>
    /// <returns>A task that completes when the output has been written.</returns>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    /// <inheritdoc cref="Run(Span{float})" path="/exception"/>
    public Task RunAsync(Memory<float> output, GpuSync sync = default, CancellationToken cancellationToken = default) =>
        RunAsync([output], sync, cancellationToken);

    /// <summary>Runs a network with any number of outputs asynchronously.</summary>
    /// <param name="outputs">As in <see cref="Run(ReadOnlySpan{Memory{float}})"/>.</param>
    /// <param name="sync">As in <see cref="RunAsync(Memory{float}, GpuSync, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">As in
    /// <see cref="RunAsync(Memory{float}, GpuSync, CancellationToken)"/>.</param>
    /// <inheritdoc cref="RunAsync(Memory{float}, GpuSync, CancellationToken)" path="/returns"/>
    /// <inheritdoc cref="RunAsync(Memory{float}, GpuSync, CancellationToken)" path="/exception"/>
    public Task RunAsync(
        ReadOnlySpan<Memory<float>> outputs, GpuSync sync = default, CancellationToken cancellationToken = default)
    {
        CheckIsFree();
        Interlocked.Exchange(ref _state, 1);
        bool wasDisposed = false;
        try
        {
            return _runs.RunAsync<T>(_lease.Slot, outputs, sync, End, Free, cancellationToken);
        }
        catch
        {
            Interlocked.Exchange(ref _state, 0);
            throw;
        }

        // Whoever waits for the task may go on at once.
        void End() => wasDisposed = Interlocked.CompareExchange(ref _state, 0, 1) == 2;

        void Free(RunSlot slot)
        {
            if (wasDisposed)
                _lease.Dispose();
        }
    }

    /// <summary>Gives the session its run back, when the run in progress has ended.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (Interlocked.CompareExchange(ref _state, 2, 1) == 0)
            _runs.Return(_lease);
    }

    private void CheckIsFree()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Volatile.Read(ref _state) != 0)
            throw new InvalidOperationException("A run of this input is in progress: wait for its task.");
    }
}
