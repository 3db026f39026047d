using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>The input stage of images, and what was recorded with it. As long as the sizes stay the same, both do; when
/// they change, both are made anew.</summary>
/// <param name="planned">What runs.</param>
/// <param name="program">The program that reads the input.</param>
/// <param name="record">Records what uses the stage. When it is disposed, nothing of it runs any more.</param>
internal sealed class ImageStage<T>(PlannedModel planned, DeviceProgram program, Func<ImageInput, T> record)
    : IDisposable
    where T : class, IDisposable
{
    private ImageInput? _input;
    private T? _recorded;

    /// <summary>Copies the images' pixels to where the next run reads them.</summary>
    /// <returns>What was recorded for images of these sizes.</returns>
    public T Write(ReadOnlySpan<Image> images)
    {
        T recorded = Get(images, isOnDevice: false);
        _input!.Write(images);
        return recorded;
    }

    /// <summary>What was recorded for images of these sizes on the host's device.</summary>
    public T Get(ReadOnlySpan<DeviceImage> images) => Get(images, isOnDevice: true);

    /// <summary>Records the copies of the images that were asked for last to where the next run reads them.</summary>
    public void RecordCopies(Commands commands, ReadOnlySpan<DeviceImage> images) =>
        _input!.RecordCopies(commands, images);

    public void Dispose()
    {
        _recorded?.Dispose();
        _input?.Dispose();
        (_recorded, _input) = (null, null);
    }

    private T Get<TImage>(ReadOnlySpan<TImage> images, bool isOnDevice) where TImage : struct, IPicture
    {
        if (_recorded is not null && _input!.Fits(images))
            return _recorded;
        Dispose();
        var shapes = new PictureShape[images.Length];
        for (int i = 0; i < shapes.Length; i++)
            shapes[i] = images[i].Shape;
        _input = planned.CreateImageInput(program, shapes, isOnDevice);
        return _recorded = record(_input);
    }
}
