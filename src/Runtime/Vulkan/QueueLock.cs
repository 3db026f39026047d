namespace SoftPool.Vulkan;

/// <summary>What is held while a queue is used: an object's monitor, or two functions of a host's. It is held for one
/// call at a time and never nested, and nothing waits for the device under it.</summary>
internal sealed class QueueLock
{
    // This thread takes, holds or releases a lock.
    [ThreadStatic]
    private static bool _isInUse;

    private readonly object? _monitor;
    private readonly Action? _enter, _leave;

    /// <summary>The lock of an own queue.</summary>
    public QueueLock() => _monitor = new object();

    /// <summary>The lock that a host uses.</summary>
    public QueueLock(HostDevice host)
    {
        (_enter, _leave) = (host.LockQueue, host.UnlockQueue);
        if (_enter is null)
            _monitor = host.QueueLock ?? new object();
    }

    /// <summary>The same lock for a host.</summary>
    public HostDevice AddTo(HostDevice host) =>
        host with { QueueLock = _monitor, LockQueue = _enter, UnlockQueue = _leave };

    /// <summary>Whether this thread may take the lock without waiting for itself.</summary>
    public bool IsFree => !_isInUse && (_monitor is null || !Monitor.IsEntered(_monitor));

    /// <summary>Refuses a thread that would wait for itself.</summary>
    /// <exception cref="InvalidOperationException">This thread holds the lock, or is in a function of a
    /// host's.</exception>
    public void CheckIsFree()
    {
        if (!IsFree)
            throw new InvalidOperationException(
                "This thread has locked the queue, or is about to: nothing is run and nothing is made on the device "
                + "until it has unlocked the queue.");
    }

    /// <summary>Takes the lock until the result is disposed.</summary>
    /// <inheritdoc cref="CheckIsFree" path="/exception"/>
    public Held Hold()
    {
        CheckIsFree();
        _isInUse = true;
        try
        {
            if (_enter is null)
                Monitor.Enter(_monitor!);
            else
                _enter();
        }
        catch
        {
            _isInUse = false;
            throw;
        }
        return new Held(this);
    }

    /// <summary>The lock, held.</summary>
    public readonly ref struct Held(QueueLock held)
    {
        public void Dispose()
        {
            try
            {
                if (held._leave is null)
                    Monitor.Exit(held._monitor!);
                else
                    held._leave();
            }
            finally
            {
                _isInUse = false;
            }
        }
    }
}
