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
            BufferRegion[] outputs = Arguments.Buffers(to.buffers, to.count);
            switch (from.kind)
            {
                case Arguments.OfFloats:
                    use.Value.Record(commands, Arguments.ReadOnlyFloats(from.floats, from.count), outputs);
                    break;
                case Arguments.OfImages:
                    use.Value.Record(commands, Arguments.Images(from.images, from.count), outputs);
                    break;
                case Arguments.OfBuffers:
                    use.Value.Record(commands, Arguments.Buffers(from.buffers, from.count), outputs);
                    break;
                default:
                    throw Arguments.Kind("sp_input", from.kind, "SP_FLOATS, SP_IMAGES or SP_BUFFERS");
            }
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }
}
