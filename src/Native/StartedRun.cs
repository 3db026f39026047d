using System.Runtime.InteropServices;

namespace SoftPool.Native;

/// <summary>A run that the host has started.</summary>
internal sealed class StartedRun(Task task, CancellationTokenSource cancel) : IDisposable
{
    public bool HasEnded => task.IsCompleted;

    public void Cancel() => cancel.Cancel();

    /// <summary>Waits for the end, and keeps an error as the thread's.</summary>
    /// <returns>The code that it ended with.</returns>
    public int Wait()
    {
        task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        return ErrorOf(task) is { } e ? Failure.Keep(e) : Failure.None; // The log has heard of it.
    }

    // The run goes on.
    public void Dispose()
    {
    }

    /// <summary>Tells the host when a run has ended: the log of an error, and the callback if there is
    /// one.</summary>
    public static unsafe void Tell(Task task, delegate* unmanaged<nint, int, byte*, void> done, nint user) =>
        task.ContinueWith(
            ended =>
            {
                Exception? e = ErrorOf(ended);
                if (e is not null)
                    Failure.Log(e);
                if (done is null)
                    return;
                nint sentence = Marshal.StringToCoTaskMemUTF8(e is null ? "" : Failure.SentenceOf(e));
                done(user, e is null ? Failure.None : Failure.CodeOf(e), (byte*)sentence);
                Marshal.FreeCoTaskMem(sentence);
            },
            CancellationToken.None,
            done is null ? TaskContinuationOptions.NotOnRanToCompletion : TaskContinuationOptions.None,
            TaskScheduler.Default);

    private static Exception? ErrorOf(Task ended) =>
        ended.IsCanceled ? new OperationCanceledException() : ended.Exception?.InnerException;
}
