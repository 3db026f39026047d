using SoftPool.Planning;

namespace SoftPool.Vulkan;

/// <summary>
/// A run while its caller goes on. Its turn, its end and its output need no thread of the pool: the thread that waits for the
/// device sees to them, and who blocks on the task is woken by it.
/// </summary>
internal sealed class AsyncRun
{
    private readonly TaskCompletionSource _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ReadOnlyMemory<float> _input;
    private readonly Memory<float> _output;
    private readonly GpuSync _sync;
    private readonly int _items;
    private readonly CancellationToken _cancel;
    private CancellationTokenRegistration _registration;
    private volatile bool _begun;
    // Who was told that a run is cancelled has its output back: either that or the copy happens, whichever comes first.
    private bool _decided;

    public AsyncRun(
        ReadOnlyMemory<float> input, Memory<float> output, in GpuSync sync, int items, CancellationToken cancel) =>
        (_input, _output, _sync, _items, _cancel) = (input, output, sync, items, cancel);

    /// <summary>Ends when the output is there.</summary>
    public Task Task => _source.Task;

    /// <summary>Listens to the cancelling from now on.</summary>
    public void Listen() => _registration = _cancel.UnsafeRegister(static run => ((AsyncRun)run!).Cancel(), this);

    /// <summary>Submits a run that was rented.</summary>
    /// <param name="run">What it runs in.</param>
    /// <param name="output">The network's output there.</param>
    /// <param name="completions">Who waits for the device.</param>
    /// <param name="free">Returns the run to its pool.</param>
    /// <returns>Whether it was submitted, so that <paramref name="free"/> will be called.</returns>
    public bool Begin(HostRun run, Operand output, Completions completions, Action<HostRun> free)
    {
        if (Volatile.Read(ref _decided))
            return false;
        try
        {
            _input.Span.CopyTo(run.Input);
            completions.Wait(run.Submit(_sync), failure => End(run, output, failure, free));
        }
        catch (Exception e)
        {
            Fail(e);
            return false;
        }
        _begun = true;
        // It may have been cancelled while it could not be.
        if (_cancel.IsCancellationRequested)
            Cancel();
        return true;
    }

    /// <summary>Ends the task without a run.</summary>
    public void Fail(Exception e)
    {
        _registration.Unregister();
        _source.TrySetException(e);
    }

    private void End(HostRun run, Operand output, Exception? failure, Action<HostRun> free)
    {
        try
        {
            if (failure is null)
            {
                run.Items = _items;
                if (!Interlocked.Exchange(ref _decided, true))
                    run.CopyOutput(output, _output.Span);
            }
        }
        catch (Exception e)
        {
            failure = e;
        }
        // Before the next one begins: to submit it takes the host's lock, which may be held for long.
        if (failure is null)
            _source.TrySetResult();
        else
            _source.TrySetException(failure);
        _registration.Unregister();
        free(run);
    }

    private void Cancel()
    {
        // The host's queue may wait for the signals already, and could not know that they never come.
        if ((_begun || _sync.Signal.IsEmpty) && !Interlocked.Exchange(ref _decided, true))
            _source.TrySetCanceled(_cancel);
    }
}
