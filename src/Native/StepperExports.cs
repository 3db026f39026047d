using System.Runtime.InteropServices;

namespace SoftPool.Native;

/// <summary>Inferences spread over frames.</summary>
internal static unsafe class StepperExports
{
    [UnmanagedCallersOnly(EntryPoint = "sp_stepper_create")]
    public static int Create(nint session, nint* stepper)
    {
        try
        {
            using Handles.Use<InferenceSession> use = Handles.Take<InferenceSession>(session);
            Results.Check(stepper, "stepper");
            Results.Give(stepper, use.Value.CreateStepper());
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_stepper_start")]
    public static int Start(nint stepper, sp_input* input, sp_output* output)
    {
        try
        {
            using Handles.Use<Stepper> use = Handles.Take<Stepper>(stepper);
            sp_input from = Sized.Read(input);
            bool isOnDevice = from.kind is Arguments.OfBuffers or Arguments.OfDeviceImages;
            if (output is not null && !isOnDevice)
                throw new ArgumentException(
                    "sp_stepper_start takes an output for SP_BUFFERS and SP_DEVICE_IMAGES only; expected is null, and "
                    + "sp_stepper_finish writes the output.");
            switch (Arguments.Read(from), output is null ? null : Arguments.Read(Sized.Read(output)))
            {
                case (ReadOnlyMemory<float>[] inputs, null):
                    use.Value.Start(inputs);
                    break;
                case (Image[] images, null):
                    use.Value.Start(images);
                    break;
                case (DeviceImage[] images, null):
                    use.Value.Start(images);
                    break;
                case (DeviceImage[] images, OutputImage[] outputs):
                    use.Value.Start(images, outputs);
                    break;
                case (BufferRegion[] inputs, BufferRegion[] outputs):
                    use.Value.Start(inputs, outputs);
                    break;
                case (BufferRegion[] inputs, OutputImage[] outputs):
                    use.Value.Start(inputs, outputs);
                    break;
                default:
                    throw new ArgumentException(
                        "sp_stepper_start takes an output of SP_BUFFERS or SP_DEVICE_IMAGES with SP_BUFFERS, and of "
                        + "SP_DEVICE_IMAGES or none with SP_DEVICE_IMAGES.");
            }
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_stepper_step")]
    public static int Step(nint stepper, ulong nanoseconds, uint* done)
    {
        try
        {
            using Handles.Use<Stepper> use = Handles.Take<Stepper>(stepper);
            Results.Check(done, "answer");
            *done = use.Value.Step(TimeSpan.FromTicks((long)Math.Min(nanoseconds / 100, long.MaxValue))) ? 1u : 0;
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_stepper_finish")]
    public static int Finish(nint stepper, sp_output* output)
    {
        try
        {
            using Handles.Use<Stepper> use = Handles.Take<Stepper>(stepper);
            sp_output to = Sized.Read(output);
            if (to.kind != Arguments.OfFloats)
                throw Arguments.Kind("sp_output", to.kind, "SP_FLOATS");
            use.Value.Finish((Memory<float>[])Arguments.Read(to));
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }
}
