using SoftPool.Execution;
using SoftPool.Vulkan;

namespace SoftPool;

/// <summary>
/// Runs a session's plan and takes the time of each launch on the device's own clock. Between launches stands the barrier that every
/// run has, so the times add up to the run's. A profiler has activations of its own. One thread at a time may use it.
/// </summary>
public sealed class Profiler : IDisposable
{
    private readonly PlannedModel _planned;
    private readonly RunArguments _arguments;
    private readonly Ownership _ownership = new();
    private readonly DeviceProgram _program;
    private readonly FloatInput _floats;
    private readonly ImageStage<TimedRun> _fromImages;
    private readonly TimedRun _fromFloats;
    private bool _disposed;

    internal Profiler(PlannedModel planned)
    {
        (_planned, _arguments) = (planned, new RunArguments(planned));
        try
        {
            _program = _ownership.Take(planned.CreateProgram());
            _floats = _ownership.Take(planned.CreateFloatInput(_program));
            _fromFloats = _ownership.Take(new TimedRun(planned, _program, _floats));
            _fromImages = _ownership.Take(
                new ImageStage<TimedRun>(planned, _program, images => new TimedRun(planned, _program, images)));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Frees a profiler that nobody disposed, as <see cref="InferenceSession.Dispose"/> says.</summary>
    ~Profiler() => NotDisposed.Free(this, $"A profiler of {_planned.Model.Graph.Name}", _planned.Device);

    /// <summary>Runs once on floats.</summary>
    /// <param name="input">n items of the network's input, (n, C, H, W), n being 1 to the session's batch. A run takes as long for one item
    /// as for the whole batch.</param>
    /// <returns>The launches in order. The first run of a profiler may be slower than those that follow.</returns>
    /// <exception cref="ShapeMismatchException">The length does not fit.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public IReadOnlyList<LaunchProfile> Run(ReadOnlySpan<float> input)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _ = _arguments.ItemsOf(input);
        input.CopyTo(_floats.Values);
        return _fromFloats.Run();
    }

    /// <summary>Runs once on images; the launches that resize them come first.</summary>
    /// <param name="images">1 to the session's batch.</param>
    /// <returns>The launches in order.</returns>
    /// <exception cref="ShapeMismatchException">An image's size and bytes do not go together, or the network takes no images of three
    /// channels.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device has not the memory for images of these sizes.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public IReadOnlyList<LaunchProfile> Run(ReadOnlySpan<Image> images)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _ = _arguments.ItemsOf(images);
        return _fromImages.Write(images).Run();
    }

    /// <summary>Frees the profiler's device memory.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (_disposed)
            return;
        _disposed = true;
        _ownership.Dispose();
    }
}
