using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>What one run at a time needs: the program with its activations, and a command buffer for each kind of
/// input. That of floats is recorded at creation; that of images when their sizes change, that of a host's buffers when
/// others are given.</summary>
internal sealed class RunSlot : IDisposable
{
    private readonly PlannedModel _planned;
    private readonly Ownership _ownership = new();
    private readonly FloatInput _floats;
    private readonly ReadBack _readBack;
    private readonly ReadBack? _layers;
    private readonly Submission _fromFloats;
    private readonly ImageStage<Submission> _fromImages;
    private readonly RecordedFor _betweenBuffers;

    public RunSlot(PlannedModel planned, bool keepLayerOutputs = false)
    {
        _planned = planned;
        try
        {
            Program = _ownership.Take(planned.CreateProgram(keepLayerOutputs));
            _floats = _ownership.Take(planned.CreateFloatInput(Program));
            _readBack = _ownership.Take(planned.CreateReadBack(Program));
            if (keepLayerOutputs)
                _layers = _ownership.Take(new ReadBack(planned.Device, Program, planned.Plan.LayerOutputs.Values));
            _fromFloats = _ownership.Take(Record(_floats));
            _fromImages = _ownership.Take(new ImageStage<Submission>(planned, Program, Record));
            _betweenBuffers = _ownership.Take(new RecordedFor(RecordBetween));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public DeviceProgram Program { get; }

    /// <summary>Where the CPU writes the first input, of floats, before a run.</summary>
    public Span<float> Input => _floats.ValuesOf(0);

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
        ReadOnlySpan<BufferRegion> inputs, ReadOnlySpan<BufferRegion> outputs, in GpuSync sync = default) =>
        Submit(_betweenBuffers.Get(inputs, outputs), sync);

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

    private Submission Record(InputStage input) => _planned.Record(commands =>
    {
        input.Record(commands);
        Program.RecordLaunches(commands);
        _readBack.Record(commands);
        _layers?.Record(commands);
    });

    private Submission RecordBetween(BufferRegion[] inputs, BufferRegion[] outputs)
    {
        using BufferInput stage = _planned.CreateBufferInput(Program, inputs);
        return _planned.Record(commands =>
        {
            Program.RecordInto(commands, stage, outputs);
            _layers?.Record(commands);
        });
    }

    private Submission Submit(Submission recording, in GpuSync sync)
    {
        Items = 0;
        recording.Submit(sync);
        return recording;
    }
}
