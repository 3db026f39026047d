namespace SoftPool.Execution;

/// <summary>The input stage of images, and what was recorded with it. As long as the sizes stay the same, both do; when
/// they change, both are made anew.</summary>
/// <param name="planned">What runs.</param>
/// <param name="program">The program that reads the input.</param>
/// <param name="record">Records what uses the stage. When it is disposed, nothing of it runs any more.</param>
internal sealed class ImageStage<T>(PlannedModel planned, DeviceProgram program, Func<InputStage, T> record) : IDisposable
    where T : class, IDisposable
{
    private ImageInput? _input;
    private T? _recorded;

    /// <summary>Copies the images' pixels to where the next run reads them.</summary>
    /// <returns>What was recorded for images of these sizes.</returns>
    public T Write(ReadOnlySpan<Image> images)
    {
        if (_recorded is null || !_input!.Fits(images))
        {
            Dispose();
            _input = planned.CreateImageInput(program, images);
            _recorded = record(_input);
        }
        _input.Write(images);
        return _recorded;
    }

    public void Dispose()
    {
        _recorded?.Dispose();
        _input?.Dispose();
        (_recorded, _input) = (null, null);
    }
}
