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
            if (output is not null && from.kind != Arguments.OfBuffers)
                throw new ArgumentException(
                    "sp_stepper_start takes an output for SP_BUFFERS only; expected is null, and sp_stepper_finish "
                    + "writes the output.");
            switch (Arguments.Read(from))
            {
                case ReadOnlyMemory<float>[] inputs:
                    use.Value.Start(inputs);
                    break;
                case Image[] images:
                    use.Value.Start(images);
                    break;
                case DeviceImage[] images:
                    use.Value.Start(images);
                    break;
                case BufferRegion[] inputs:
                    sp_output to = Sized.Read(output);
                    use.Value.Start(
                        inputs,
                        Arguments.Read(to) as BufferRegion[] ?? throw Arguments.Kinds(from.kind, to.kind));
                    break;
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
