using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>Where a run writes its outputs on the host's device: buffers, or images of the only output.</summary>
internal sealed class HostOutput(PlannedModel planned, DeviceProgram program) : IDisposable
{
    private readonly BufferRegion[] _buffers = new BufferRegion[planned.Plan.Outputs.Count];
    private readonly OutputImage[] _images = new OutputImage[planned.Batch];
    // What was recorded may name the texels of each format.
    private readonly Dictionary<TexelFormat, TexelOutput> _texels = [];
    private int _imageCount;

    /// <summary>Takes a buffer for each output, for what is recorded next.</summary>
    public void Set(ReadOnlySpan<BufferRegion> buffers)
    {
        buffers.CopyTo(_buffers);
        _imageCount = 0;
    }

    /// <summary>Takes an image for each item, all of one format, for what is recorded next.</summary>
    public void Set(ReadOnlySpan<OutputImage> images)
    {
        TexelFormat format = images[0].Texels;
        if (!_texels.ContainsKey(format))
            _texels.Add(format, planned.CreateTexelOutput(program, format));
        images.CopyTo(_images);
        _imageCount = images.Length;
    }

    /// <summary>Records what writes a part; whatever follows waits for it.</summary>
    public void Record(Commands commands, BatchPart part)
    {
        if (_imageCount == 0)
            program.RecordTo(commands, _buffers, part);
        else
            _texels[_images[0].Texels].Record(commands, _images.AsSpan(0, _imageCount), part);
    }

    public void Dispose()
    {
        foreach (TexelOutput texels in _texels.Values)
            texels.Dispose();
    }
}
