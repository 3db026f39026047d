using SoftPool.Execution;

namespace SoftPool;

/// <summary>Runs a session's plan and takes the time of each launch on the device's own clock. Between launches stands
/// the barrier that every run has, so the times add up to the run's. A profiler has activations of its own. One thread
/// at a time may use it.</summary>
public sealed class Profiler : IDisposable
{
    private readonly ModeResources _own;
    private readonly ImageStage<TimedRun> _fromImages;
    private readonly TimedRun _fromFloats;

    internal Profiler(PlannedModel planned)
    {
        _own = new ModeResources(planned, "A profiler");
        _fromFloats = _own.Take(() => new TimedRun(planned, _own.Program, _own.Floats));
        _fromImages = _own.Take(
            () => new ImageStage<TimedRun>(planned, _own.Program, images => new TimedRun(planned, _own.Program, images)));
    }

    /// <summary>Runs once on floats.</summary>
    /// <param name="input">n items of the network's input, (n, C, H, W), n being 1 to the session's batch. A run takes
    /// as long for one item as for the whole batch.</param>
    /// <returns>The launches in order. The first run of a profiler may be slower than those that follow.</returns>
    /// <exception cref="ShapeMismatchException">The length does not fit.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public IReadOnlyList<LaunchProfile> Run(ReadOnlySpan<float> input)
    {
        _own.CheckIsAlive(this);
        _ = _own.Arguments.ItemsOf(input);
        input.CopyTo(_own.Floats.Values);
        return Run(_fromFloats);
    }

    /// <summary>Runs once on images; the launches that resize them come first.</summary>
    /// <param name="images">1 to the session's batch.</param>
    /// <returns>The launches in order.</returns>
    /// <exception cref="ShapeMismatchException">An image's size and bytes do not go together, or the network takes no
    /// images of three channels.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device has not the memory for images of these
    /// sizes.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public IReadOnlyList<LaunchProfile> Run(ReadOnlySpan<Image> images)
    {
        _own.CheckIsAlive(this);
        _ = _own.Arguments.ItemsOf(images);
        return Run(_fromImages.Write(images));
    }

    /// <summary>Frees the profiler's device memory.</summary>
    public void Dispose() => _own.Dispose();

    private IReadOnlyList<LaunchProfile> Run(TimedRun run)
    {
        IReadOnlyList<LaunchProfile> launches = run.Run();
        // The caller may never use the profiler again, and its finalizer must not come before the device is done.
        GC.KeepAlive(this);
        return launches;
    }
}
