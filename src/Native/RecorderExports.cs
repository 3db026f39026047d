using System.Runtime.InteropServices;

namespace SoftPool.Native;

/// <summary>The network in command buffers of the host.</summary>
internal static unsafe class RecorderExports
{
    [UnmanagedCallersOnly(EntryPoint = "sp_recorder_create")]
    public static int Create(nint session, nint* recorder)
    {
        try
        {
            using Handles.Use<InferenceSession> use = Handles.Take<InferenceSession>(session);
            Results.Check(recorder, "recorder");
            Results.Give(recorder, use.Value.CreateRecorder());
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_recorder_record")]
    public static int Record(nint recorder, nint commands, sp_input* input, sp_output* output)
    {
        try
        {
            using Handles.Use<Recorder> use = Handles.Take<Recorder>(recorder);
            (sp_input from, sp_output to) = (Sized.Read(input), Sized.Read(output));
            if (to.kind != Arguments.OfBuffers)
                throw Arguments.Kind("sp_output", to.kind, "SP_BUFFERS");
            var outputs = (BufferRegion[])Arguments.Read(to);
            switch (Arguments.Read(from))
            {
                case ReadOnlyMemory<float>[] inputs:
                    use.Value.Record(commands, inputs, outputs);
                    break;
                case Image[] images:
                    use.Value.Record(commands, images, outputs);
                    break;
                case DeviceImage[] images:
                    use.Value.Record(commands, images, outputs);
                    break;
                case BufferRegion[] inputs:
                    use.Value.Record(commands, inputs, outputs);
                    break;
            }
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }
}
