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
            switch (Arguments.Read(from), Arguments.Read(to))
            {
                case (ReadOnlyMemory<float>[] inputs, BufferRegion[] outputs):
                    use.Value.Record(commands, inputs, outputs);
                    break;
                case (ReadOnlyMemory<float>[] inputs, OutputImage[] outputs):
                    use.Value.Record(commands, inputs, outputs);
                    break;
                case (Image[] images, BufferRegion[] outputs):
                    use.Value.Record(commands, images, outputs);
                    break;
                case (Image[] images, OutputImage[] outputs):
                    use.Value.Record(commands, images, outputs);
                    break;
                case (DeviceImage[] images, BufferRegion[] outputs):
                    use.Value.Record(commands, images, outputs);
                    break;
                case (DeviceImage[] images, OutputImage[] outputs):
                    use.Value.Record(commands, images, outputs);
                    break;
                case (BufferRegion[] inputs, BufferRegion[] outputs):
                    use.Value.Record(commands, inputs, outputs);
                    break;
                case (BufferRegion[] inputs, OutputImage[] outputs):
                    use.Value.Record(commands, inputs, outputs);
                    break;
                default:
                    throw Arguments.Kind("sp_output", to.kind, "SP_BUFFERS or SP_DEVICE_IMAGES");
            }
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }
}
