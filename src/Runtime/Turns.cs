namespace SoftPool;

/// <summary>
/// Things that callers take in turn, first come, first served: a thread that waits for its turn, or a call that whoever gives
/// something back makes when its turn has come. So a turn needs no thread of the pool, all of which may wait for turns.
/// </summary>
internal sealed class Turns<T>(IEnumerable<T> free)
{
    private readonly object _lock = new();
    private readonly Stack<T> _free = new(free);
    // A thread has no call here; it is known by its number.
    private readonly Queue<(long Number, Func<T, bool>? Begin)> _waiting = new();
    private long _numbers;

    /// <summary>Waits for a turn.</summary>
    public T Take()
    {
        T item;
        lock (_lock)
        {
            if (_waiting.Count == 0 && _free.TryPop(out T? first))
                return first;
            long number = _numbers++;
            _waiting.Enqueue((number, null));
            while (_free.Count == 0 || _waiting.Peek().Number != number)
                Monitor.Wait(_lock);
            _waiting.Dequeue();
            item = _free.Pop();
        }
        Serve();
        return item;
    }

    /// <summary>Has a call made with the turn, here and now or by whoever gives something back.</summary>
    /// <param name="begin">Whether it keeps what it is given. It must not throw.</param>
    public void Take(Func<T, bool> begin)
    {
        T? item;
        lock (_lock)
            if (_waiting.Count > 0 || !_free.TryPop(out item))
            {
                _waiting.Enqueue((_numbers++, begin));
                return;
            }
        if (!begin(item))
            GiveBack(item);
    }

    /// <summary>Ends a turn.</summary>
    public void GiveBack(T item)
    {
        lock (_lock)
            _free.Push(item);
        Serve();
    }

    private void Serve()
    {
        while (true)
        {
            T item;
            Func<T, bool> begin;
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
                item = _free.Pop();
            }
            if (!begin(item))
                lock (_lock)
                    _free.Push(item);
        }
    }
}
