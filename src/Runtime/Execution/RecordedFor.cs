using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>Commands that were recorded for a certain value, such as a host's buffer. They are recorded anew when
/// another is asked for.</summary>
internal sealed class RecordedFor<T>(Func<T, Submission> record) : IDisposable
    where T : struct, IEquatable<T>
{
    private T _value;
    private Submission? _recorded;

    /// <summary>The commands for a value.</summary>
    public Submission this[T value]
    {
        get
        {
            if (_recorded is null || !_value.Equals(value))
            {
                Dispose();
                _recorded = record(value);
                _value = value;
            }
            return _recorded;
        }
    }

    public void Dispose()
    {
        _recorded?.Dispose();
        _recorded = null;
    }
}
