using System.Diagnostics;
using SoftPool.Execution;
using SoftPool.Vulkan;

namespace SoftPool;

/// <summary>Spreads one inference over several frames: as many kernel launches at a time as fit in a frame's budget.
/// The last duration of each launch is the estimate of its next. A stepper has activations of its own, so its session
/// may run in between, and it may outlive the session. One thread at a time may use it.</summary>
public sealed class Stepper : IDisposable
{
    private readonly ModeResources _own;
    private readonly ReadBack _readBack;
    private readonly ImageStage<Submission> _fromImages;
    private readonly RecordedFor<BufferRegion> _fromBuffer, _toBuffer;
    private readonly Submission _fromFloats, _toFloats;
    // The input, each launch, the output.
    private readonly Submission[] _parts;
    private readonly TimeSpan[] _durations;
    private int _next;
    // Of the inference that was started; 0 where there is none.
    private int _items;

    internal Stepper(PlannedModel planned)
    {
        _parts = new Submission[planned.Plan.Launches.Count + 2];
        _durations = new TimeSpan[_parts.Length];
        _next = _parts.Length;
        _own = new ModeResources(planned, "A stepper");
        DeviceProgram program = _own.Program;
        _readBack = _own.Take(() => planned.CreateReadBack(program));
        _fromFloats = _own.Take(() => planned.Record(_own.Floats.Record));
        _fromImages = _own.Take(() => new ImageStage<Submission>(planned, program, images => planned.Record(images.Record)));
        _fromBuffer = _own.Take(() => new RecordedFor<BufferRegion>(RecordFrom));
        _toFloats = _own.Take(() => planned.Record(_readBack.Record));
        _toBuffer = _own.Take(
            () => new RecordedFor<BufferRegion>(output => planned.Record(commands => program.RecordTo(commands, output))));
        for (int i = 0; i < planned.Plan.Launches.Count; i++)
            _parts[i + 1] = _own.Take(() => planned.Record(commands => program.RecordLaunch(commands, i)));

        Submission RecordFrom(BufferRegion input)
        {
            using BufferInput stage = planned.CreateBufferInput(program, input);
            return planned.Record(commands => DeviceProgram.RecordFrom(commands, stage));
        }
    }

    /// <summary>Whether an inference was started and all its steps are done.</summary>
    public bool IsDone => _items > 0 && _next == _parts.Length;

    /// <summary>Starts an inference. One that is under way is given up.</summary>
    /// <param name="input">n items of the network's input, (n, C, H, W), n being 1 to the session's batch.</param>
    /// <exception cref="ShapeMismatchException">The length does not fit.</exception>
    public void Start(ReadOnlySpan<float> input)
    {
        int items = _own.Arguments.ItemsOf(input);
        GiveUp();
        input.CopyTo(_own.Floats.Values);
        Start(_fromFloats, _toFloats, items);
    }

    /// <summary>Starts an inference of images of any sizes, resized and normalised on the device. One that is under way
    /// is given up.</summary>
    /// <param name="images">1 to the session's batch.</param>
    /// <exception cref="ShapeMismatchException">An image's size and bytes do not go together, or the network takes no
    /// images of three channels.</exception>
    /// <exception cref="DeviceLimitException">An image exceeds what the device takes.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device has not the memory for images of these
    /// sizes.</exception>
    public void Start(ReadOnlySpan<Image> images)
    {
        int items = _own.Arguments.ItemsOf(images);
        GiveUp();
        Start(_fromImages.Write(images), _toFloats, items);
    }

    /// <summary>Starts an inference between two buffers of the host's. One that is under way is given up. The output is
    /// in its buffer when <see cref="Step"/> returns true, and there is nothing to finish.</summary>
    /// <param name="input">The whole batch of inputs, (N, C, H, W): floats. It is read during the first step.</param>
    /// <param name="output">Room for the whole batch of outputs.</param>
    /// <exception cref="ArgumentException">A handle is null, or an offset is no multiple of 4.</exception>
    /// <exception cref="InvalidOperationException">The device is not the host's.</exception>
    public void Start(BufferRegion input, BufferRegion output)
    {
        _own.Arguments.CheckBuffers(input, output);
        GiveUp();
        Start(_fromBuffer[input], _toBuffer[output], _own.Planned.Plan.Batch);
    }

    /// <summary>Computes a part of the inference that was started, and waits for it.</summary>
    /// <param name="budget">How long it may take. One launch is always done, so that there is an end. How long each
    /// takes is not known before it has run once.</param>
    /// <returns>Whether the inference is done.</returns>
    /// <exception cref="InvalidOperationException">No inference was started.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public bool Step(TimeSpan budget)
    {
        CheckIsStarted();
        long begin = Stopwatch.GetTimestamp();
        TimeSpan spent = default;
        while (_next < _parts.Length && (spent == default || spent + _durations[_next] <= budget))
        {
            _parts[_next].Submit();
            _parts[_next].Wait();
            TimeSpan now = Stopwatch.GetElapsedTime(begin);
            _durations[_next++] = now - spent;
            spent = now;
        }
        return IsDone;
    }

    /// <summary>Copies the output of the inference that is done.</summary>
    /// <param name="output">Room for as many items as the inference was started with.</param>
    /// <exception cref="InvalidOperationException">No inference was started, it is not done, or its output is in a
    /// buffer of the host's.
    /// </exception>
    /// <exception cref="ShapeMismatchException">The length does not fit.</exception>
    public void Finish(Span<float> output)
    {
        CheckIsStarted();
        if (!IsDone)
            throw new InvalidOperationException("The inference is not done: call Step until it returns true.");
        if (_parts[^1] != _toFloats)
            throw new InvalidOperationException("The output is in the buffer that Start was given.");
        _own.Arguments.CheckOutput(_items, output.Length);
        _readBack.CopyTo(_own.Planned.Plan.Output, output);
        _items = 0;
    }

    /// <summary>Frees the stepper's device memory.</summary>
    public void Dispose() => _own.Dispose();

    private void Start(Submission from, Submission to, int items)
    {
        (_parts[0], _parts[^1]) = (from, to);
        (_next, _items) = (0, items);
    }

    private void GiveUp()
    {
        _own.CheckIsAlive(this);
        if (_items > 0 && !IsDone)
            _parts[_next].Wait(); // A wait that failed has left it running, on the memory that a new inference writes.
        _items = 0;
    }

    private void CheckIsStarted()
    {
        _own.CheckIsAlive(this);
        if (_items == 0)
            throw new InvalidOperationException("No inference was started: call Start first.");
    }
}
