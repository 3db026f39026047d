using System.Runtime.InteropServices;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>What one run at a time needs: the program with its activations, and a command buffer for each kind of
/// input. That of floats is recorded at creation, that of a host's buffers when they are first given, that of images when
/// their sizes change.</summary>
internal sealed class RunSlot : IDisposable
{
    private readonly PlannedModel _planned;
    private readonly Ownership _ownership = new();
    private readonly FloatInput _floats;
    private readonly ReadBack _readBack;
    private readonly ReadBack? _layers;
    private readonly Submission _fromFloats;
    private readonly ImageStage<Submission> _fromImages;
    private readonly ImageStage<Submission> _fromDeviceImages, _fromDeviceImagesToHost;
    // What the next run from or to a host's memory reads and writes; no recording outlasts it.
    private readonly HostOutput _toHost;
    private readonly BufferRegion[] _inputs;
    private readonly DeviceImage[] _images;
    private int _imageCount;
    // Made when they are first asked for.
    private NarrowInput<Half>? _halves;
    private NarrowInput<byte>? _bytes;
    private Submission? _fromHalves, _fromBytes, _fromBuffersToHost;

    public RunSlot(PlannedModel planned, bool keepLayerOutputs = false)
    {
        _planned = planned;
        _inputs = new BufferRegion[planned.Plan.Inputs.Count];
        _images = new DeviceImage[planned.Batch];
        try
        {
            Program = _ownership.Take(planned.CreateProgram(keepLayerOutputs));
            _floats = _ownership.Take(planned.CreateFloatInput(Program));
            _readBack = _ownership.Take(planned.CreateReadBack(Program));
            _toHost = _ownership.Take(new HostOutput(planned, Program));
            if (keepLayerOutputs)
                _layers = _ownership.Take(new ReadBack(planned, Program, planned.Plan.LayerOutputs.Values));
            _fromFloats = _ownership.Take(Record(_floats));
            _fromImages = _ownership.Take(new ImageStage<Submission>(planned, Program, Record));
            _fromDeviceImages = _ownership.Take(new ImageStage<Submission>(
                planned, Program, stage => RecordDeviceImages(stage, toHost: false)));
            _fromDeviceImagesToHost = _ownership.Take(new ImageStage<Submission>(
                planned, Program, stage => RecordDeviceImages(stage, toHost: true)));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public DeviceProgram Program { get; }

    /// <summary>The input of floats.</summary>
    public FloatInput Floats => _floats;

    /// <summary>Where the CPU writes the first input, of floats, before a run.</summary>
    public Span<float> Input => _floats.ValuesOf(0);

    /// <summary>Where the CPU writes an input before a run of what was mapped.</summary>
    public Span<T> ValuesOf<T>(int input) where T : unmanaged =>
        typeof(T) == typeof(float) ? MemoryMarshal.Cast<float, T>(_floats.ValuesOf(input))
        : typeof(T) == typeof(Half) ? MemoryMarshal.Cast<Half, T>(_halves!.ValuesOf(input))
        : MemoryMarshal.Cast<byte, T>(_bytes!.ValuesOf(input));

    /// <summary>Makes what runs of such elements take, unless it is there.</summary>
    public void Prepare<T>() where T : unmanaged
    {
        if (typeof(T) == typeof(Half))
            Prepare(ref _halves, ref _fromHalves);
        else if (typeof(T) == typeof(byte))
            Prepare(ref _bytes, ref _fromBytes);
    }

    /// <summary>Starts a run of what was mapped and written.</summary>
    public Submission SubmitMapped<T>(in GpuSync sync) where T : unmanaged => Submit(
        typeof(T) == typeof(float) ? _fromFloats : typeof(T) == typeof(Half) ? _fromHalves! : _fromBytes!, sync);

    /// <summary>Writes all inputs of floats before a run.</summary>
    public void Write(ReadOnlySpan<ReadOnlyMemory<float>> inputs) => _floats.Write(inputs);

    /// <summary>Of how many items the outputs of layers are there; 0 if no run has succeeded since the last was
    /// started.</summary>
    public int Items { get; private set; }

    /// <summary>Starts a run of the floats that were written.</summary>
    public Submission Submit(in GpuSync sync = default) => Submit(_fromFloats, sync);

    /// <summary>Starts a run of images.</summary>
    public Submission Submit(ReadOnlySpan<Image> images, in GpuSync sync = default) =>
        Submit(_fromImages.Write(images), sync);

    /// <summary>Starts a run from a host's buffers to others.</summary>
    public Submission Submit(
        ReadOnlySpan<BufferRegion> inputs, ReadOnlySpan<BufferRegion> outputs, in GpuSync sync = default)
    {
        _toHost.Set(outputs);
        return SubmitToHost(inputs, sync);
    }

    /// <summary>Starts a run from a host's buffers to its images.</summary>
    public Submission Submit(
        ReadOnlySpan<BufferRegion> inputs, ReadOnlySpan<OutputImage> outputs, in GpuSync sync = default)
    {
        _toHost.Set(outputs);
        return SubmitToHost(inputs, sync);
    }

    /// <summary>Starts a run of images on the host's device.</summary>
    public Submission Submit(ReadOnlySpan<DeviceImage> images, in GpuSync sync = default)
    {
        Submission run = _fromDeviceImages.Get(images);
        Keep(images);
        return Submit(run, sync);
    }

    /// <summary>Starts a run of images on the host's device to its buffers.</summary>
    public Submission Submit(
        ReadOnlySpan<DeviceImage> images, ReadOnlySpan<BufferRegion> outputs, in GpuSync sync = default)
    {
        _toHost.Set(outputs);
        return SubmitToHost(images, sync);
    }

    /// <summary>Starts a run of images on the host's device to others.</summary>
    public Submission Submit(
        ReadOnlySpan<DeviceImage> images, ReadOnlySpan<OutputImage> outputs, in GpuSync sync = default)
    {
        _toHost.Set(outputs);
        return SubmitToHost(images, sync);
    }

    /// <summary>Copies the network's first output after a run of floats or images that was waited for.</summary>
    /// <param name="items">The items of the run.</param>
    /// <param name="output">Room for their outputs.</param>
    public void Read(int items, Span<float> output)
    {
        Items = items;
        _readBack.CopyTo(_planned.Plan.Outputs[0], output);
    }

    /// <summary>Copies the network's outputs after a run that was waited for.</summary>
    /// <param name="items">The items of the run.</param>
    /// <param name="outputs">Room for their outputs; none where the device wrote them to buffers, or nobody wants
    /// them.</param>
    public void Read(int items, ReadOnlySpan<Memory<float>> outputs)
    {
        Items = items;
        for (int i = 0; i < outputs.Length; i++)
            _readBack.CopyTo(_planned.Plan.Outputs[i], outputs[i].Span);
    }

    /// <summary>Copies the beginning of a layer's output after a run, where layers are kept.</summary>
    public void CopyLayer(string layer, Span<float> output) =>
        _layers!.CopyTo(_planned.Plan.LayerOutputs[layer], output);

    public void Dispose() => _ownership.Dispose();

    private Submission Record(InputStage input) => _planned.RecordParts((commands, part) =>
    {
        input.Record(commands, part);
        Program.RecordLaunches(commands);
        _readBack.Record(commands, part);
        _layers?.Record(commands, part);
    });

    private void Prepare<T>(ref NarrowInput<T>? input, ref Submission? recording) where T : unmanaged
    {
        input ??= _ownership.Take(_planned.CreateNarrowInput<T>(Program));
        recording ??= _ownership.Take(Record(input));
    }

    private Submission SubmitToHost(ReadOnlySpan<BufferRegion> inputs, in GpuSync sync)
    {
        _fromBuffersToHost ??= _ownership.Take(RecordBuffers());
        inputs.CopyTo(_inputs);
        return Submit(_fromBuffersToHost, sync);
    }

    private Submission SubmitToHost(ReadOnlySpan<DeviceImage> images, in GpuSync sync)
    {
        Submission run = _fromDeviceImagesToHost.Get(images);
        Keep(images);
        return Submit(run, sync);
    }

    private Submission RecordBuffers()
    {
        using BufferInput stage = _planned.CreateBufferInput(Program, _inputs);
        return _planned.RecordParts((commands, part) =>
        {
            commands.Anew(anew => DeviceProgram.RecordFrom(anew, stage, part));
            Program.RecordLaunches(commands);
            commands.Anew(anew => _toHost.Record(anew, part));
            _layers?.Record(commands, part);
        });
    }

    private Submission RecordDeviceImages(ImageInput stage, bool toHost) =>
        _planned.RecordParts((commands, part) =>
        {
            if (part.Index == 0)
                commands.Anew(anew => stage.RecordCopies(anew, _images.AsSpan(0, _imageCount)));
            stage.Record(commands, part);
            Program.RecordLaunches(commands);
            if (toHost)
                commands.Anew(anew => _toHost.Record(anew, part));
            else
                _readBack.Record(commands, part);
            _layers?.Record(commands, part);
        });

    private void Keep(ReadOnlySpan<DeviceImage> images)
    {
        images.CopyTo(_images);
        _imageCount = images.Length;
    }

    private Submission Submit(Submission recording, in GpuSync sync)
    {
        Items = 0;
        recording.Submit(sync);
        return recording;
    }
}
