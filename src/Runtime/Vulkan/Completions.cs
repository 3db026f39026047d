using System.Collections.Concurrent;

namespace SoftPool.Vulkan;

/// <summary>
/// Waits for submitted work on one thread for the whole device, however much is in flight. Work of one queue ends nearly in the
/// order of its submission, so waiting for one after the other keeps nobody long. The device outlives every recording that is
/// waited for; the thread does not hold it beyond that, for a host may destroy its device once all sessions are disposed.
/// </summary>
internal sealed class Completions
{
    private readonly Lock _lock = new();
    private readonly ConcurrentQueue<Pending> _pending = new();
    private bool _runs;

    /// <summary>A task that ends when what the recording has submitted is done.</summary>
    public Task Wait(CommandRecording recording)
    {
        // Continuations run elsewhere: the next one in line is not to wait for them.
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending.Enqueue(new Pending(recording, source, VulkanResult.Injected));
        lock (_lock)
        {
            if (!_runs)
                new Thread(Run) { IsBackground = true, Name = "SoftPool completions" }.Start();
            _runs = true;
        }
        return source.Task;
    }

    private void Run()
    {
        while (true)
        {
            while (_pending.TryDequeue(out Pending next))
                try
                {
                    VulkanResult.Injected = next.Injected;
                    next.Recording.Wait();
                    next.Source.SetResult();
                }
                catch (SoftPoolException e)
                {
                    next.Source.SetException(e);
                }
            lock (_lock)
            {
                if (!_pending.IsEmpty)
                    continue;
                _runs = false;
            }
            return;
        }
    }

    /// <param name="Recording">What was submitted.</param>
    /// <param name="Source">Whoever waits for it.</param>
    /// <param name="Injected">What a test has told the thread that waits: it holds for the call that is made for it here.</param>
    private readonly record struct Pending(
        CommandRecording Recording, TaskCompletionSource Source, Func<string, Silk.NET.Vulkan.Result, Silk.NET.Vulkan.Result>? Injected);
}
