using System.Collections.Concurrent;

namespace SoftPool.Vulkan;

/// <summary>Waits for submitted work on one thread for the whole device, however much is in flight. Work of one queue
/// ends nearly in the order of its submission, so waiting for one after the other keeps nobody long. The device
/// outlives every recording that is waited for; the thread does not hold it beyond that, for a host may destroy its
/// device once all sessions are disposed.</summary>
internal sealed class FenceWaiter
{
    private readonly Lock _lock = new();
    private readonly ConcurrentQueue<Pending> _pending = new();
    private bool _runs;

    /// <summary>Has a call made when what the recording has submitted is done.</summary>
    /// <param name="recording">What was submitted.</param>
    /// <param name="ended">Gets what the wait failed with, if it did. It must not throw; the next one in line waits for
    /// it.</param>
    public void Wait(Submission recording, Action<Exception?> ended)
    {
        _pending.Enqueue(new Pending(recording, ended, VulkanResult.Injected));
        lock (_lock)
        {
            if (!_runs)
                new Thread(Run) { IsBackground = true, Name = "SoftPool completions" }.Start();
            _runs = true;
        }
    }

    private void Run()
    {
        while (true)
        {
            while (_pending.TryDequeue(out Pending next))
                next.Ended(Failure(next));
            lock (_lock)
            {
                if (!_pending.IsEmpty)
                    continue;
                _runs = false;
            }
            return;
        }
    }

    private static SoftPoolException? Failure(in Pending pending)
    {
        try
        {
            VulkanResult.Injected = pending.Injected;
            pending.Recording.Wait();
            return null;
        }
        catch (SoftPoolException e)
        {
            return e;
        }
        finally
        {
            VulkanResult.Injected = null;
        }
    }

    /// <param name="Recording">What was submitted.</param>
    /// <param name="Ended">Whoever waits for it.</param>
    /// <param name="Injected">What a test has told the thread that waits: it holds for the call that is made for it
    /// here.</param>
    private readonly record struct Pending(
        Submission Recording, Action<Exception?> Ended, Func<string, Silk.NET.Vulkan.Result, Silk.NET.Vulkan.Result>? Injected);
}
