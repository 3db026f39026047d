using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>A run while its caller goes on. Its turn, its end and its output need no thread of the pool: the thread
/// that waits for the device sees to them, and who blocks on the task is woken by it.</summary>
internal sealed class AsyncRun
{
    private readonly TaskCompletionSource _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<RunSlot, Submission> _submit;
    private readonly Memory<float>[] _outputs;
    private readonly bool _signals;
    private readonly int _items;
    private readonly CancellationToken _cancel;
    private CancellationTokenRegistration _registration;
    private volatile bool _begun;
    // Who was told that a run is cancelled has its output back: either that or the copy happens, whichever comes first.
    private bool _decided;

    /// <param name="submit">Starts it in a free slot.</param>
    /// <param name="signals">Whether it signals semaphores.</param>
    /// <param name="items">How many items it has.</param>
    /// <param name="outputs">Where its outputs go; none where the device writes them to buffers.</param>
    /// <param name="cancel">Ends the wait.</param>
    public AsyncRun(
        Func<RunSlot, Submission> submit, bool signals, int items, Memory<float>[] outputs, CancellationToken cancel) =>
        (_submit, _signals, _items, _outputs, _cancel) = (submit, signals, items, outputs, cancel);

    /// <summary>Is called before the task of a run that was submitted completes, unless that is cancelled.</summary>
    public Action? Ended { get; init; }

    /// <summary>Ends when the output is there.</summary>
    public Task Task => _source.Task;

    /// <summary>Listens to the cancelling from now on.</summary>
    public void Listen() => _registration = _cancel.UnsafeRegister(static run => ((AsyncRun)run!).Cancel(), this);

    /// <summary>Submits a run that was rented.</summary>
    /// <param name="run">What it runs in.</param>
    /// <param name="completions">Who waits for the device.</param>
    /// <param name="free">Returns the run to its pool.</param>
    /// <returns>Whether it was submitted, so that <paramref name="free"/> will be called.</returns>
    public bool Begin(RunSlot run, FenceWaiter completions, Action<RunSlot> free)
    {
        if (Volatile.Read(ref _decided))
            return false;
        try
        {
            completions.Wait(_submit(run), failure => End(run, failure, free));
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

    private void End(RunSlot run, Exception? failure, Action<RunSlot> free)
    {
        try
        {
            if (failure is null)
            {
                bool isWanted = !Interlocked.Exchange(ref _decided, true);
                run.Read(_items, isWanted ? _outputs : []);
            }
        }
        catch (Exception e)
        {
            failure = e;
        }
        Ended?.Invoke();
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
        if ((_begun || !_signals) && !Interlocked.Exchange(ref _decided, true))
            _source.TrySetCanceled(_cancel);
    }
}
