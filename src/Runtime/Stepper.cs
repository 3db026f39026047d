using System.Diagnostics;
using SoftPool.Execution;
using SoftPool.Vulkan;

namespace SoftPool;

/// <summary>Spreads one inference over several frames: each step runs as many kernel launches as fit in the frame's
/// time budget. The duration of each launch is estimated by its last duration. A stepper has its own activations, so
/// its session may run between the steps. A stepper may outlive its session. Not thread-safe.</summary>
public sealed class Stepper : IDisposable
{
    private readonly ModeResources _own;
    private readonly ReadBack _readBack;
    private readonly ImageStage<PartRecordings> _fromImages, _fromDeviceImages;
    private readonly PartRecordings _fromFloats, _toFloats;
    // On a host's device: what it copies, and what was given to be copied.
    private readonly Submission? _copies;
    private readonly PartRecordings? _fromBuffers, _toHost;
    private readonly HostOutput _output;
    private readonly BufferRegion[] _inputs;
    private readonly DeviceImage[] _images;
    private int _imageCount;
    private readonly Submission[] _launches;
    // For each part of the batch the input, each launch, the output.
    private readonly Submission[] _parts;
    private readonly TimeSpan[] _durations;
    private int _next;
    // Of the inference that was started; 0 where there is none.
    private int _items;

    internal Stepper(PlannedModel planned)
    {
        _launches = new Submission[planned.Plan.Launches.Count];
        _parts = new Submission[planned.Parts.Count * (_launches.Length + 2)];
        _durations = new TimeSpan[_parts.Length];
        _next = _parts.Length;
        _own = new ModeResources(planned, "A stepper");
        DeviceProgram program = _own.Program;
        _readBack = _own.Take(() => planned.CreateReadBack(program));
        _fromFloats = _own.Take(() => new PartRecordings(planned, RecordFromFloats));
        _fromImages = _own.Take(() => new ImageStage<PartRecordings>(
            planned, program, images => new PartRecordings(planned, images.Record)));
        _fromDeviceImages = _own.Take(() => new ImageStage<PartRecordings>(
            planned, program, images => new PartRecordings(planned, images.Record)));
        _toFloats = _own.Take(() => new PartRecordings(planned, _readBack.Record));
        _inputs = new BufferRegion[planned.Plan.Inputs.Count];
        _output = _own.Take(() => new HostOutput(planned, program));
        _images = new DeviceImage[planned.Batch];
        if (planned.Device.IsHosts)
        {
            BufferInput buffers = planned.CreateBufferInput(program, _inputs);
            _fromBuffers = RecordAnew((commands, part) => DeviceProgram.RecordFrom(commands, buffers, part));
            _toHost = RecordAnew(_output.Record);
            _copies = _own.Take(() => planned.Record(commands => commands.Anew(
                anew => _fromDeviceImages.RecordCopies(anew, _images.AsSpan(0, _imageCount)))));
        }
        for (int i = 0; i < _launches.Length; i++)
        {
            int launch = i;
            _launches[i] = _own.Take(() => planned.Record(commands => program.RecordLaunch(commands, launch)));
        }

        void RecordFromFloats(Commands commands, BatchPart part) => _own.Floats.Record(commands, part);

        PartRecordings RecordAnew(Action<Commands, BatchPart> record) => _own.Take(() => new PartRecordings(
            planned, (commands, part) => commands.Anew(anew => record(anew, part))));
    }

    /// <summary>Whether an inference was started and all its steps are done. False again after
    /// <see cref="Finish(Span{float})"/>.</summary>
    public bool IsDone => _items > 0 && _next == _parts.Length;

    /// <summary>Starts an inference on floats. An inference in progress is abandoned.</summary>
    /// <param name="input">n items of <see cref="ModelGraph.InputShape"/>, (n, C, H, W), where n is 1 to
    /// <see cref="SessionOptions.Batch"/>. The input is copied during the call.</param>
    /// <exception cref="ShapeMismatchException">The length does not fit.</exception>
    public void Start(ReadOnlySpan<float> input)
    {
        int items = _own.Arguments.ItemsOf(input);
        GiveUp();
        input.CopyTo(_own.Floats.ValuesOf(0));
        Start(_fromFloats, _toFloats, items);
    }

    /// <summary>Starts an inference of a network with any number of inputs on floats. An inference in progress is
    /// abandoned.</summary>
    /// <param name="inputs">n items of each of <see cref="ModelGraph.Inputs"/>, in their order, (n, C, H, W), where n
    /// is 1 to <see cref="SessionOptions.Batch"/>, the same for all. The inputs are copied during the call.</param>
    /// <exception cref="ShapeMismatchException">The number of inputs, or the length of one, does not fit.</exception>
    public void Start(ReadOnlySpan<ReadOnlyMemory<float>> inputs)
    {
        int items = _own.Arguments.ItemsOf(inputs);
        GiveUp();
        _own.Floats.Write(inputs);
        Start(_fromFloats, _toFloats, items);
    }

    /// <summary>Starts an inference on images of any sizes. The device resizes and normalises them. An inference in
    /// progress is abandoned.</summary>
    /// <param name="images">The images, one for each item: 1 to <see cref="SessionOptions.Batch"/>. The pixels are
    /// copied during the call.</param>
    /// <exception cref="ShapeMismatchException">The number of images does not fit, the number of bytes of an image does
    /// not match its size, or the network's input does not have three channels.</exception>
    /// <exception cref="DeviceLimitException">An image exceeds one of the device's limits.</exception>
    /// <exception cref="UnsupportedDeviceException">The kernels that resize images failed their self-test.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device does not have enough memory for images of these
    /// sizes.</exception>
    public void Start(ReadOnlySpan<Image> images)
    {
        int items = _own.Arguments.ItemsOf(images);
        GiveUp();
        Start(_fromImages.Write(images), _toFloats, items);
    }

    /// <summary>Starts an inference on images of any sizes on the host's device. The call submits the copy of the
    /// images, without waiting for it; they must stay as they are until the first step has returned. An inference in
    /// progress is abandoned.</summary>
    /// <param name="images">The images, one for each item: 1 to <see cref="SessionOptions.Batch"/>.</param>
    /// <exception cref="ArgumentException">A handle is missing, or a pitch, a layout or a matrix cannot be.</exception>
    /// <exception cref="InvalidOperationException">The session does not run on a host's device.</exception>
    /// <inheritdoc cref="Start(ReadOnlySpan{Image})" path="/exception"/>
    public void Start(ReadOnlySpan<DeviceImage> images)
    {
        int items = _own.Arguments.ItemsOf(images);
        GiveUp();
        Start(Copy(images), _toFloats, items);
    }

    /// <summary>Starts an inference of a dense network on images on the host's device, as
    /// <see cref="Start(ReadOnlySpan{DeviceImage})"/> does. The outputs are in their images when <see cref="Step"/>
    /// returns true; do not call <see cref="Finish(Span{float})"/>.</summary>
    /// <param name="images">The images, one for each item: 1 to <see cref="SessionOptions.Batch"/>.</param>
    /// <param name="outputs">An image for each item, all of one format. They are written during the last step.</param>
    /// <inheritdoc cref="InferenceSession.Run(ReadOnlySpan{DeviceImage}, ReadOnlySpan{OutputImage})"
    /// path="/exception"/>
    public void Start(ReadOnlySpan<DeviceImage> images, ReadOnlySpan<OutputImage> outputs)
    {
        int items = _own.Arguments.ItemsOf(images);
        _own.Arguments.CheckOutputs(items, outputs);
        GiveUp();
        _output.Set(outputs);
        Start(Copy(images), _toHost!, items);
    }

    /// <summary>Starts an inference from one buffer of the host to another. An inference in progress is abandoned. The
    /// output is in its buffer when <see cref="Step"/> returns true; do not call
    /// <see cref="Finish(Span{float})"/>.</summary>
    /// <param name="input">The input of a whole batch, (Batch, C, H, W), as 32-bit floats. The input is read during the
    /// first step.</param>
    /// <param name="output">Receives the output of a whole batch, (Batch, classes), as 32-bit floats.</param>
    /// <exception cref="ArgumentException">A handle is null, or an offset is negative or not a multiple of
    /// 4.</exception>
    /// <exception cref="InvalidOperationException">The session does not run on a host's device.</exception>
    public void Start(BufferRegion input, BufferRegion output) => Start([input], [output]);

    /// <summary>Starts an inference of a network with any number of inputs and outputs from buffers of the host to
    /// others, as <see cref="Start(BufferRegion, BufferRegion)"/> does.</summary>
    /// <param name="inputs">A region for each of <see cref="ModelGraph.Inputs"/>, in their order: the input of a whole
    /// batch, (Batch, C, H, W), as 32-bit floats. The inputs are read during the first step.</param>
    /// <param name="outputs">A region for each of <see cref="ModelGraph.Outputs"/>, in their order. Each receives the
    /// output of a whole batch, (Batch, classes), as 32-bit floats.</param>
    /// <exception cref="ShapeMismatchException">The number of inputs or outputs does not fit.</exception>
    /// <inheritdoc cref="Start(BufferRegion, BufferRegion)" path="/exception"/>
    public void Start(ReadOnlySpan<BufferRegion> inputs, ReadOnlySpan<BufferRegion> outputs)
    {
        _own.Arguments.CheckInputs(inputs);
        _own.Arguments.CheckOutputs(outputs);
        GiveUp();
        inputs.CopyTo(_inputs);
        _output.Set(outputs);
        Start(_fromBuffers!, _toHost!, _own.Planned.Batch);
    }

    /// <summary>Starts an inference of a dense network from buffers of the host to its images, as
    /// <see cref="Start(BufferRegion, BufferRegion)"/> does.</summary>
    /// <param name="inputs">As in <see cref="Start(ReadOnlySpan{BufferRegion}, ReadOnlySpan{BufferRegion})"/>.</param>
    /// <param name="outputs">As in <see cref="Start(ReadOnlySpan{DeviceImage}, ReadOnlySpan{OutputImage})"/>, for the
    /// first items of the batch.</param>
    /// <inheritdoc cref="InferenceSession.Run(ReadOnlySpan{BufferRegion}, ReadOnlySpan{OutputImage})"
    /// path="/exception"/>
    public void Start(ReadOnlySpan<BufferRegion> inputs, ReadOnlySpan<OutputImage> outputs)
    {
        _own.Arguments.CheckInputs(inputs);
        int items = _own.Arguments.CheckOutputs(outputs);
        GiveUp();
        inputs.CopyTo(_inputs);
        _output.Set(outputs);
        Start(_fromBuffers!, _toHost!, items);
    }

    /// <summary>Runs the next launches of the inference, and waits for them.</summary>
    /// <param name="budget">The time that the step may take. At least one launch always runs, so that the inference
    /// ends. The duration of a launch is unknown before its first run, so the first inference may exceed its
    /// budget.</param>
    /// <returns>Whether the inference is done.</returns>
    /// <exception cref="InvalidOperationException">No inference was started.</exception>
    /// <exception cref="ObjectDisposedException">The stepper was disposed.</exception>
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

    /// <summary>Copies the output of the completed inference. The stepper can then start another inference.</summary>
    /// <param name="output">Receives as many items of <see cref="ModelGraph.OutputShape"/> as the inference was started
    /// with, (n, classes). The length must be exact.</param>
    /// <exception cref="InvalidOperationException">No inference was started, the inference is not done, or the output
    /// is in a buffer or image of the host.</exception>
    /// <exception cref="ShapeMismatchException">The length does not fit.</exception>
    public void Finish(Span<float> output)
    {
        CheckIsDone();
        _own.Arguments.CheckOutput(_items, output.Length);
        _readBack.CopyTo(_own.Planned.Plan.Outputs[0], output);
        _items = 0;
    }

    /// <summary>Copies all outputs of the completed inference, as <see cref="Finish(Span{float})"/> does.</summary>
    /// <param name="outputs">Receive as many items of each of <see cref="ModelGraph.Outputs"/> as the inference was
    /// started with, in their order, (n, classes). The lengths must be exact.</param>
    /// <inheritdoc cref="Finish(Span{float})" path="/exception"/>
    public void Finish(ReadOnlySpan<Memory<float>> outputs)
    {
        CheckIsDone();
        _own.Arguments.CheckOutputs(_items, outputs);
        for (int i = 0; i < outputs.Length; i++)
            _readBack.CopyTo(_own.Planned.Plan.Outputs[i], outputs[i].Span);
        _items = 0;
    }

    /// <summary>Frees the stepper's device memory.</summary>
    public void Dispose() => _own.Dispose();

    private void Start(PartRecordings from, PartRecordings to, int items)
    {
        int length = _launches.Length + 2;
        for (int part = 0; part < _own.Planned.Parts.Count; part++)
        {
            _parts[part * length] = from[part];
            _launches.CopyTo(_parts, part * length + 1);
            _parts[(part + 1) * length - 1] = to[part];
        }
        (_next, _items) = (0, items);
    }

    private PartRecordings Copy(ReadOnlySpan<DeviceImage> images)
    {
        _copies!.Wait(); // Other sizes free the memory that they write.
        PartRecordings from = _fromDeviceImages.Get(images);
        images.CopyTo(_images);
        _imageCount = images.Length;
        _copies.Submit();
        return from;
    }

    private void GiveUp()
    {
        _own.CheckIsAlive(this);
        if (_items > 0 && !IsDone)
            _parts[_next].Wait(); // A wait that failed has left it running, on the memory that a new inference writes.
        _items = 0;
    }

    private void CheckIsDone()
    {
        CheckIsStarted();
        if (!IsDone)
            throw new InvalidOperationException("The inference is not done: step until it is.");
        if (_parts[^1] != _toFloats[_own.Planned.Parts.Count - 1])
            throw new InvalidOperationException(
                "The output is in the buffer or image that the inference was started with.");
    }

    private void CheckIsStarted()
    {
        _own.CheckIsAlive(this);
        if (_items == 0)
            throw new InvalidOperationException("No inference was started: start one first.");
    }
}
