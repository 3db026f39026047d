using SoftPool.Execution;

namespace SoftPool;

/// <summary>Runs a session's network and measures the time of each kernel launch with the device's own timestamps. Each
/// launch waits for the one before it. If the device has no timestamps, the CPU measures the time from the submission
/// of a launch to its end, which is longer. A profiler has its own activations, and may outlive its session. Not
/// thread-safe.</summary>
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
            () => new ImageStage<TimedRun>(
                planned, _own.Program, images => new TimedRun(planned, _own.Program, images)));
    }

    /// <summary>Whether the times are those of the device's timestamps, and not the CPU's.</summary>
    public bool MeasuresOnDevice => _own.Planned.Device.HasClock;

    /// <summary>Runs the network once on floats and measures each launch.</summary>
    /// <param name="input">n items of <see cref="ModelGraph.InputShape"/>, (n, C, H, W), where n is 1 to
    /// <see cref="SessionOptions.Batch"/>. A run takes the same time for one item as for the whole batch.</param>
    /// <returns>The launches, in order; those of a batch that is computed in parts come once for each part. The first
    /// run of a profiler may be slower than later runs.</returns>
    /// <exception cref="ShapeMismatchException">The length does not fit.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    /// <exception cref="ObjectDisposedException">The profiler was disposed.</exception>
    public IReadOnlyList<LaunchProfile> Run(ReadOnlySpan<float> input)
    {
        _own.CheckIsAlive(this);
        _ = _own.Arguments.ItemsOf(input);
        input.CopyTo(_own.Floats.ValuesOf(0));
        return Run(_fromFloats);
    }

    /// <summary>Runs a network with any number of inputs once on floats and measures each launch.</summary>
    /// <param name="inputs">n items of each of <see cref="ModelGraph.Inputs"/>, in their order, (n, C, H, W), where n
    /// is 1 to <see cref="SessionOptions.Batch"/>, the same for all.</param>
    /// <returns>The launches, in order.</returns>
    /// <inheritdoc cref="Run(ReadOnlySpan{float})" path="/exception"/>
    public IReadOnlyList<LaunchProfile> Run(ReadOnlySpan<ReadOnlyMemory<float>> inputs)
    {
        _own.CheckIsAlive(this);
        _ = _own.Arguments.ItemsOf(inputs);
        _own.Floats.Write(inputs);
        return Run(_fromFloats);
    }

    /// <summary>Runs the network once on images and measures each launch. The launches that resize the images come
    /// first.</summary>
    /// <param name="images">The images, one for each item: 1 to <see cref="SessionOptions.Batch"/>.</param>
    /// <returns>The launches, in order.</returns>
    /// <exception cref="ShapeMismatchException">The number of images does not fit, the number of bytes of an image does
    /// not match its size, or the network's input does not have three channels.</exception>
    /// <exception cref="DeviceLimitException">An image exceeds one of the device's limits.</exception>
    /// <exception cref="UnsupportedDeviceException">The kernels that resize images failed their self-test.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device does not have enough memory for images of these
    /// sizes.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    /// <exception cref="ObjectDisposedException">The profiler was disposed.</exception>
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
