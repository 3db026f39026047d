using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>The slots in which a session runs, rented first come, first served: by a thread that waits, or by a
/// callback that is called by whoever returns a slot. A callback needs no thread of the thread pool, whose threads may
/// all be waiting for slots themselves.</summary>
internal sealed class RunPool : IDisposable
{
    private readonly object _lock = new();
    private readonly Ownership _ownership = new();
    private readonly Stack<RunSlot> _free = [];
    // A waiting thread has no callback; it is known by its number.
    private readonly Queue<(long Number, Func<RunSlot, bool>? Begin)> _waiting = new();
    private readonly int _count;
    private long _numbers;

    /// <param name="planned">What is run.</param>
    /// <param name="count">How many runs may be under way at once.</param>
    /// <param name="keepLayerOutputs">Whether layers can be read after a run.</param>
    public RunPool(PlannedModel planned, int count, bool keepLayerOutputs)
    {
        _count = count;
        try
        {
            for (int i = 0; i < count; i++)
                _free.Push(_ownership.Take(new RunSlot(planned, keepLayerOutputs)));
        }
        catch
        {
            _ownership.Dispose();
            throw;
        }
        Program = _free.Peek().Program;
    }

    /// <summary>The program of one of the slots.</summary>
    public DeviceProgram Program { get; }

    /// <summary>Waits for a free slot.</summary>
    public Lease Rent() => new(this, Wait());

    /// <summary>Calls back with a free slot: now, or from the call of <see cref="Return"/> that frees one.</summary>
    /// <param name="begin">Whether it keeps the slot. It must not throw.</param>
    public void Rent(Func<RunSlot, bool> begin)
    {
        RunSlot? slot;
        lock (_lock)
            if (_waiting.Count > 0 || !_free.TryPop(out slot))
            {
                _waiting.Enqueue((_numbers++, begin));
                return;
            }
        if (!begin(slot))
            Return(slot);
    }

    /// <summary>Makes a slot free again.</summary>
    public void Return(RunSlot slot)
    {
        lock (_lock)
            _free.Push(slot);
        Serve();
    }

    /// <summary>Waits for all runs, and frees the slots. Those who wait for a slot get theirs before.</summary>
    public void Dispose()
    {
        RunSlot[] all = [.. Enumerable.Range(0, _count).Select(_ => Wait())];
        Array.ForEach(all, Return);
        _ownership.Dispose();
    }

    private RunSlot Wait()
    {
        RunSlot slot;
        lock (_lock)
        {
            if (_waiting.Count == 0 && _free.TryPop(out RunSlot? first))
                return first;
            long number = _numbers++;
            _waiting.Enqueue((number, null));
            while (_free.Count == 0 || _waiting.Peek().Number != number)
                Monitor.Wait(_lock);
            _waiting.Dequeue();
            slot = _free.Pop();
        }
        Serve();
        return slot;
    }

    private void Serve()
    {
        while (true)
        {
            RunSlot slot;
            Func<RunSlot, bool> begin;
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
                slot = _free.Pop();
            }
            if (!begin(slot))
                lock (_lock)
                    _free.Push(slot);
        }
    }

    /// <summary>A slot, rented until it is disposed.</summary>
    public readonly struct Lease(RunPool pool, RunSlot slot) : IDisposable
    {
        public RunSlot Slot => slot;

        public void Dispose() => pool.Return(slot);
    }
}
