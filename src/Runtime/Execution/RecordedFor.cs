namespace SoftPool.Execution;

/// <summary>Commands that were recorded for certain buffers of the host's, to read inputs from and to write outputs to.
/// They are recorded anew when others are asked for.</summary>
internal sealed class RecordedFor<T>(Func<BufferRegion[], BufferRegion[], T> record) : IDisposable
    where T : class, IDisposable
{
    private BufferRegion[] _from = [], _to = [];
    private T? _recorded;

    /// <summary>The commands for some buffers.</summary>
    public T Get(ReadOnlySpan<BufferRegion> from, ReadOnlySpan<BufferRegion> to)
    {
        if (_recorded is null || !from.SequenceEqual(_from) || !to.SequenceEqual(_to))
        {
            Dispose();
            (_from, _to) = (from.ToArray(), to.ToArray());
            _recorded = record(_from, _to);
        }
        return _recorded;
    }

    public void Dispose()
    {
        _recorded?.Dispose();
        _recorded = null;
    }
}
