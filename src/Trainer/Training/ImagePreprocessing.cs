using SoftPool.Torch;
using TorchSharp;

namespace SoftPool.Trainer.Training;

/// <summary>
/// <see cref="Preprocessing"/> in torch, in batches on the device: (N, 3, h, w) bytes to (N, 3, H, W) floats. Resizing
/// is linear along each axis, so it is two products with matrices made once. (TorchSharp's interpolate has no
/// antialias.)
/// </summary>
internal sealed class ImagePreprocessing : IDisposable
{
    private readonly torch.Tensor? _rows, _columns;
    private readonly torch.Tensor _scale, _shift;

    /// <param name="preprocessing">The mean and deviation of each channel.</param>
    /// <param name="from">The images' height and width in pixels.</param>
    /// <param name="to">The height and width that the network takes.</param>
    /// <param name="device">Where the work is done.</param>
    public ImagePreprocessing(Preprocessing preprocessing, Size2d from, Size2d to, torch.Device device)
    {
        using var scope = torch.NewDisposeScope();
        if (from != to)
        {
            _rows = Interpolation(from.Height, to.Height).to(device).DetachFromDisposeScope();
            _columns = Interpolation(from.Width, to.Width).t().contiguous().to(device).DetachFromDisposeScope();
        }
        var deviations = preprocessing.StandardDeviation;
        _scale = PerChannel(deviations.Select(deviation => 1 / (255 * deviation)), device);
        _shift = PerChannel(preprocessing.Mean.Zip(deviations, (mean, deviation) => -mean / deviation), device);
    }

    /// <summary>The preprocessing that a model asks for.</summary>
    /// <param name="model">Says the means, the deviations and the size that its network takes.</param>
    /// <param name="from">The images' height and width in pixels.</param>
    /// <param name="device">Where the work is done.</param>
    public static ImagePreprocessing For(Model model, Size2d from, torch.Device device) => new(
        model.Preprocessing, from, new Size2d(model.Graph.InputShape[1], model.Graph.InputShape[2]), device);

    /// <summary>(N, 3, h, w) bytes to (N, 3, H, W) floats, both on the device.</summary>
    public torch.Tensor Apply(torch.Tensor bytes)
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor pixels = torch.addcmul(_shift, bytes.to(torch.float32), _scale, Scalars.One);
        // An average of normalised pixels is the normalised average, and the small image is the cheaper to normalise.
        return (_rows is null ? pixels : _rows.matmul(pixels).matmul(_columns!)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _rows?.Dispose();
        _columns?.Dispose();
        _scale.Dispose();
        _shift.Dispose();
    }

    /// <summary>
    /// The weights (to, from) of bilinear interpolation along one axis: a triangle around each target pixel's centre,
    /// one source pixel wide to each side, or as many as one target pixel covers where the image shrinks.
    /// </summary>
    private static torch.Tensor Interpolation(int from, int to)
    {
        double step = (double)from / to, reach = Math.Max(step, 1);
        var weights = new float[to * from];
        for (int target = 0; target < to; target++)
        {
            double centre = (target + 0.5) * step;
            Span<float> row = weights.AsSpan(target * from, from);
            double total = 0;
            for (int source = 0; source < from; source++)
                total += Math.Max(1 - Math.Abs(source + 0.5 - centre) / reach, 0);
            for (int source = 0; source < from; source++)
                row[source] = (float)(Math.Max(1 - Math.Abs(source + 0.5 - centre) / reach, 0) / total);
        }
        return torch.tensor(weights, to, from);
    }

    private static torch.Tensor PerChannel(IEnumerable<float> values, torch.Device device)
    {
        float[] array = [.. values];
        return torch.tensor(array, 1, array.Length, 1, 1).to(device).DetachFromDisposeScope();
    }
}
