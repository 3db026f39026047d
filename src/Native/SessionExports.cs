using System.Runtime.InteropServices;
using SoftPool.Verification;

namespace SoftPool.Native;

/// <summary>Sessions, and what they do while the caller waits.</summary>
internal static unsafe class SessionExports
{
    [UnmanagedCallersOnly(EntryPoint = "sp_session_create")]
    public static int Create(nint device, nint model, sp_session_options* options, nint* session)
    {
        try
        {
            using Handles.Use<GpuDevice> gpu = Handles.Take<GpuDevice>(device);
            using Handles.Use<LoadedModel> loaded = Handles.Take<LoadedModel>(model);
            Results.Check(session, "session");
            sp_session_options given = Sized.ReadOptional(options);
            Sized.CheckReserved(nameof(sp_session_options), given.reserved);
            if (given.batch > int.MaxValue)
                throw new ArgumentException($"batch is at most {int.MaxValue}; got {given.batch}.");
            if (given.max_runs > SessionOptions.MostConcurrentRuns)
                throw new ArgumentException(
                    $"max_runs is at most {SessionOptions.MostConcurrentRuns}; got {given.max_runs}.");
            Results.Give(session, gpu.Value.CreateSession(loaded.Value.Model, new SessionOptions
            {
                Batch = (int)Math.Max(given.batch, 1),
                MaxConcurrentRuns = (int)Math.Max(given.max_runs, 1),
                Fp16 = given.fp16 != 0,
                Numerics = given.strict != 0 ? Numerics.Strict : Numerics.Fast,
                Tune = given.tune != 0,
            }));
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_session_get_info")]
    public static int GetInfo(nint session, sp_session_info* info)
    {
        try
        {
            using Handles.Use<InferenceSession> use = Handles.Take<InferenceSession>(session);
            Sized.Write(info, new sp_session_info
            {
                batch = (uint)use.Value.Options.Batch,
                rejected_kernels = (uint)use.Value.RejectedKernels.Count,
                activation_bytes = (ulong)use.Value.ActivationBytes,
                weight_bytes = (ulong)use.Value.WeightBytes,
            });
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_session_rejected")]
    public static int Rejected(nint session, nint* json)
    {
        try
        {
            using Handles.Use<InferenceSession> use = Handles.Take<InferenceSession>(session);
            Results.Check(json, "text");
            Results.Give(json, NativeText.Of(use.Value.RejectedKernels));
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_session_run")]
    public static int Run(nint session, sp_input* input, sp_output* output)
    {
        try
        {
            using Handles.Use<InferenceSession> use = Handles.Take<InferenceSession>(session);
            (sp_input from, sp_output to) = (Sized.Read(input), Sized.Read(output));
            // The usual case allocates nothing.
            if (from is { kind: Arguments.OfFloats, count: 1, floats: not null }
                && to is { kind: Arguments.OfFloats, count: 1, floats: not null })
            {
                use.Value.Run(Arguments.Span(*from.floats), Arguments.Span(*to.floats));
                return Failure.None;
            }
            switch (Arguments.Read(from), Arguments.Read(to))
            {
                case (ReadOnlyMemory<float>[] inputs, Memory<float>[] outputs):
                    use.Value.Run(inputs, outputs);
                    break;
                case (Image[] images, Memory<float>[] outputs):
                    use.Value.Run(images, outputs);
                    break;
                case (DeviceImage[] images, Memory<float>[] outputs):
                    use.Value.Run(images, outputs);
                    break;
                case (DeviceImage[] images, BufferRegion[] outputs):
                    use.Value.Run(images, outputs);
                    break;
                case (DeviceImage[] images, OutputImage[] outputs):
                    use.Value.Run(images, outputs);
                    break;
                case (BufferRegion[] inputs, BufferRegion[] outputs):
                    use.Value.Run(inputs, outputs);
                    break;
                case (BufferRegion[] inputs, OutputImage[] outputs):
                    use.Value.Run(inputs, outputs);
                    break;
                default:
                    throw Arguments.Kinds(from.kind, to.kind);
            }
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_session_profile")]
    public static int Profile(nint session, sp_input* input, nint* json)
    {
        try
        {
            using Handles.Use<InferenceSession> use = Handles.Take<InferenceSession>(session);
            Results.Check(json, "text");
            sp_input from = Sized.Read(input);
            using Profiler profiler = use.Value.CreateProfiler();
            IReadOnlyList<LaunchProfile> launches = Arguments.Read(from) switch
            {
                ReadOnlyMemory<float>[] inputs => profiler.Run(inputs),
                Image[] images => profiler.Run(images),
                _ => throw Arguments.Kind("sp_input", from.kind, "SP_FLOATS or SP_IMAGES"),
            };
            Results.Give(json, NativeText.Json(launches, (writer, launch) =>
            {
                writer.WriteString("layer", launch.Layer);
                writer.WriteString("kernel", launch.Kernel);
                writer.WriteNumber("nanoseconds", launch.DeviceTime.TotalNanoseconds);
                writer.WriteNumber("bytes", launch.Bytes);
            }));
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_session_verify")]
    public static int Verify(nint session, uint* passed, nint* report)
    {
        try
        {
            using Handles.Use<InferenceSession> use = Handles.Take<InferenceSession>(session);
            Results.Check(passed, "verdict");
            ParityReport proof = use.Value.Verify();
            *passed = proof.Passed ? 1u : 0;
            if (report is not null)
                Results.Give(report, new NativeText(proof.ToJson()));
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }
}
