namespace SoftPool.Vulkan;

/// <summary>
/// The runs of a session, rented first come, first served: by a thread that waits, or by a callback that is called by whoever
/// returns a run. A callback needs no thread of the thread pool, whose threads may all be waiting for runs themselves.
/// </summary>
internal sealed class RunPool(IEnumerable<HostRun> runs)
{
    private readonly object _lock = new();
    private readonly Stack<HostRun> _free = new(runs);
    // A waiting thread has no callback; it is known by its number.
    private readonly Queue<(long Number, Func<HostRun, bool>? Begin)> _waiting = new();
    private long _numbers;

    /// <summary>Waits for a free run.</summary>
    public HostRun Rent()
    {
        HostRun run;
        lock (_lock)
        {
            if (_waiting.Count == 0 && _free.TryPop(out HostRun? first))
                return first;
            long number = _numbers++;
            _waiting.Enqueue((number, null));
            while (_free.Count == 0 || _waiting.Peek().Number != number)
                Monitor.Wait(_lock);
            _waiting.Dequeue();
            run = _free.Pop();
        }
        Serve();
        return run;
    }

    /// <summary>Calls back with a free run: now, or from the call of <see cref="Return"/> that frees one.</summary>
    /// <param name="begin">Whether it keeps the run. It must not throw.</param>
    public void Rent(Func<HostRun, bool> begin)
    {
        HostRun? run;
        lock (_lock)
            if (_waiting.Count > 0 || !_free.TryPop(out run))
            {
                _waiting.Enqueue((_numbers++, begin));
                return;
            }
        if (!begin(run))
            Return(run);
    }

    /// <summary>Makes a run free again.</summary>
    public void Return(HostRun run)
    {
        lock (_lock)
            _free.Push(run);
        Serve();
    }

    private void Serve()
    {
        while (true)
        {
            HostRun run;
            Func<HostRun, bool> begin;
            lock (_lock)
            {
                if (_free.Count == 0 || _waiting.Count == 0)
                    return;
                if (_waiting.Peek().Begin is not { } next)
                {
                    Monitor.PulseAll(_lock);
                    return;
                }
                begin = next;
                _waiting.Dequeue();
                run = _free.Pop();
            }
            if (!begin(run))
                lock (_lock)
                    _free.Push(run);
        }
    }
}
