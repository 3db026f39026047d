using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>What each mode beside a session's own runs has: a program with activations of its own, an input of floats,
/// and whatever else it takes. A mode that nobody disposed is freed by the finalizer of this, as
/// <see cref="InferenceSession.Dispose"/> says; so a mode keeps itself alive while the device works for it.</summary>
internal sealed class ModeResources : IDisposable
{
    private readonly string _mode;
    private readonly Ownership _ownership = new();
    private bool _disposed;

    /// <param name="planned">What runs.</param>
    /// <param name="mode">What the mode is called in reports: "A stepper".</param>
    public ModeResources(PlannedModel planned, string mode)
    {
        (Planned, Arguments, _mode) = (planned, new RunArguments(planned), mode);
        Program = Take(() => planned.CreateProgram());
        Floats = Take(() => planned.CreateFloatInput(Program));
    }

    ~ModeResources() => NotDisposed.Free(this, $"{_mode} of {Planned.Model.Graph.Name}", Planned.Device);

    public PlannedModel Planned { get; }

    public RunArguments Arguments { get; }

    public DeviceProgram Program { get; }

    public FloatInput Floats { get; }

    /// <summary>Makes something and owns it. If that fails, all is freed that was taken before: the mode's constructor
    /// fails.</summary>
    public T Take<T>(Func<T> make) where T : IDisposable
    {
        try
        {
            return _ownership.Take(make());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <exception cref="ObjectDisposedException">The mode was disposed.</exception>
    public void CheckIsAlive(object mode) => ObjectDisposedException.ThrowIf(_disposed, mode);

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (_disposed)
            return;
        _disposed = true;
        _ownership.Dispose();
    }
}
