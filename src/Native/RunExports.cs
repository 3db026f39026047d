using System.Runtime.InteropServices;

namespace SoftPool.Native;

/// <summary>Runs while the caller goes on.</summary>
internal static unsafe class RunExports
{
    [UnmanagedCallersOnly(EntryPoint = "sp_session_start")]
    public static int Start(nint session, sp_input* input, sp_output* output, sp_run_options* options, nint* run)
    {
        try
        {
            using Handles.Use<InferenceSession> use = Handles.Take<InferenceSession>(session);
            (sp_input from, sp_output to) = (Sized.Read(input), Sized.Read(output));
            sp_run_options given = Sized.ReadOptional(options);
            if (run is null && given.done is null)
                throw new ArgumentException("A place for the run or a callback is needed; both are null.");
            var sync = new GpuSync(
                Arguments.Points(given.wait, given.wait_count), Arguments.Points(given.signal, given.signal_count));
            var cancel = new CancellationTokenSource();
            Task task = (Arguments.Read(from), Arguments.Read(to)) switch
            {
                (ReadOnlyMemory<float>[] inputs, Memory<float>[] outputs) =>
                    use.Value.RunAsync(inputs, outputs, sync, cancel.Token),
                (Image[] images, Memory<float>[] outputs) =>
                    use.Value.RunAsync(images, outputs, sync, cancel.Token),
                (DeviceImage[] images, Memory<float>[] outputs) =>
                    use.Value.RunAsync(images, outputs, sync, cancel.Token),
                (DeviceImage[] images, BufferRegion[] outputs) =>
                    use.Value.RunAsync(images, outputs, sync, cancel.Token),
                (DeviceImage[] images, OutputImage[] outputs) =>
                    use.Value.RunAsync(images, outputs, sync, cancel.Token),
                (BufferRegion[] inputs, BufferRegion[] outputs) =>
                    use.Value.RunAsync(inputs, outputs, sync, cancel.Token),
                (BufferRegion[] inputs, OutputImage[] outputs) =>
                    use.Value.RunAsync(inputs, outputs, sync, cancel.Token),
                _ => throw Arguments.Kinds(from.kind, to.kind),
            };
            if (run is not null)
                Results.Give(run, new StartedRun(task, cancel));
            StartedRun.Tell(task, given.done, given.user);
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_run_poll")]
    public static int Poll(nint run, uint* done)
    {
        try
        {
            using Handles.Use<StartedRun> use = Handles.Take<StartedRun>(run);
            Results.Check(done, "answer");
            bool hasEnded = use.Value.HasEnded;
            *done = hasEnded ? 1u : 0;
            return hasEnded ? use.Value.Wait() : Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_run_wait")]
    public static int Wait(nint run)
    {
        try
        {
            using Handles.Use<StartedRun> use = Handles.Take<StartedRun>(run);
            return use.Value.Wait();
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_run_cancel")]
    public static int Cancel(nint run)
    {
        try
        {
            using Handles.Use<StartedRun> use = Handles.Take<StartedRun>(run);
            use.Value.Cancel();
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }
}
