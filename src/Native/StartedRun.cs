using System.Runtime.InteropServices;

namespace SoftPool.Native;

/// <summary>A run that the host has started.</summary>
internal sealed class StartedRun(Task task, CancellationTokenSource cancel) : IDisposable
{
    public Task Task => task;

    public void Cancel() => cancel.Cancel();

    // The run goes on.
    public void Dispose()
    {
    }

    /// <summary>Tells the host when a run has ended.</summary>
    public static unsafe void Tell(Task task, delegate* unmanaged<nint, int, byte*, void> done, nint user) =>
        task.ContinueWith(
            ended =>
            {
                Exception? e = ended.IsCanceled ? new OperationCanceledException("The run was cancelled.")
                    : ended.Exception?.InnerException;
                nint sentence = Marshal.StringToCoTaskMemUTF8(e is null ? "" : Failure.SentenceOf(e));
                done(user, e is null ? Failure.None : Failure.CodeOf(e), (byte*)sentence);
                Marshal.FreeCoTaskMem(sentence);
            },
            CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
}
