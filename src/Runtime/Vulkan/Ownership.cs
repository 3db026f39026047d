namespace SoftPool.Vulkan;

/// <summary>
/// Holds what a constructor makes step by step, and frees it in reverse order: at the owner's disposal, or at once when
/// a later step fails.
/// </summary>
internal sealed class Ownership : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();

    /// <summary>Takes an object over.</summary>
    public T Take<T>(T disposable) where T : IDisposable
    {
        _owned.Push(disposable);
        return disposable;
    }

    public void Dispose()
    {
        while (_owned.TryPop(out IDisposable? disposable))
            disposable.Dispose();
    }
}
