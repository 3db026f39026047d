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
    private static readonly Scalar White = 255;

    private readonly torch.Tensor? _rows, _columns, _border;
    private readonly torch.Tensor _scale, _shift;
    private readonly bool _overshoots;

    /// <param name="preprocessing">How an image becomes an input.</param>
    /// <param name="from">The images' height and width in pixels.</param>
    /// <param name="to">The height and width that the network takes.</param>
    /// <param name="device">Where the work is done.</param>
    public ImagePreprocessing(Preprocessing preprocessing, Size2d from, Size2d to, torch.Device device)
    {
        using var scope = torch.NewDisposeScope();
        Resize resize = preprocessing.Resize;
        ImagePlace place = resize.Place(from, to);
        if (place != new ImagePlace(from.Height, from.Width, 0, 0) || from != to)
        {
            _rows = Filter(resize, from.Height, place.Height, place.Top, to.Height).to(device)
                .DetachFromDisposeScope();
            _columns = Filter(resize, from.Width, place.Width, place.Left, to.Width).t().contiguous().to(device)
                .DetachFromDisposeScope();
            _overshoots = resize.Interpolation == Interpolation.Bicubic;
        }
        if (resize is Letterbox letterbox && (place.Height < to.Height || place.Width < to.Width))
        {
            torch.Tensor covered = Covered(place.Height, place.Top, to.Height).reshape(-1, 1)
                .mul(Covered(place.Width, place.Left, to.Width));
            using Scalar fill = letterbox.Fill;
            _border = torch.ones_like(covered).sub(covered).mul(fill).to(device).DetachFromDisposeScope();
        }
        var deviations = preprocessing.StandardDeviation;
        _scale = PerChannel(deviations.Select(deviation => 1 / (255 * deviation)), device);
        _shift = PerChannel(preprocessing.Mean.Zip(deviations, (mean, deviation) => -mean / deviation), device);
    }

    /// <summary>The preprocessing that a model asks for.</summary>
    /// <param name="model">Says how an image becomes an input, and the size that its network takes.</param>
    /// <param name="from">The images' height and width in pixels.</param>
    /// <param name="device">Where the work is done.</param>
    public static ImagePreprocessing For(Model model, Size2d from, torch.Device device) => new(
        model.Preprocessing, from, SizeOf(model.Graph), device);

    private static Size2d SizeOf(ModelGraph graph) => graph.Inputs is [{ Shape: { Rank: 3 } shape }]
        ? new Size2d(shape[1], shape[2])
        : throw new UserErrorException(
            $"Pictures are for networks with one input (C, H, W); '{graph.Name}' has "
            + $"{string.Join(" and ", graph.Inputs.Select(input => $"{input.Name} {input.Shape}"))}.");

    /// <summary>(N, 3, h, w) bytes to (N, 3, H, W) floats, both on the device.</summary>
    public torch.Tensor Apply(torch.Tensor bytes)
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor pixels = bytes.to(torch.float32);
        if (_rows is not null)
            pixels = _rows.matmul(pixels).matmul(_columns!);
        if (_overshoots)
            pixels = pixels.clamp_(Scalars.Zero, White);
        if (_border is not null)
            pixels = pixels.add_(_border, Scalars.One);
        return torch.addcmul(_shift, pixels, _scale, Scalars.One).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (torch.Tensor? tensor in (torch.Tensor?[])[_rows, _columns, _border, _scale, _shift])
            tensor?.Dispose();
    }

    /// <summary>The weights (to, from) of the source pixels along one axis; 0 in rows that the image does not
    /// cover.</summary>
    private static torch.Tensor Filter(Resize resize, int from, long resized, long offset, int to)
    {
        var weights = new float[to * from];
        for (int target = 0; target < to; target++)
        {
            double place = target - offset;
            if (place < 0 || place >= resized)
                continue;
            double centre = (place + 0.5) * from / resized;
            double[] row = [.. Enumerable.Range(0, from).Select(source => Weight(source + 0.5 - centre))];
            double total = row.Sum();
            for (int source = 0; source < from; source++)
                weights[target * from + source] = (float)(row[source] / total);
        }
        return torch.tensor(weights, to, from);

        double Weight(double distance)
        {
            // A centre between two pixels belongs to the second.
            if (resize.Interpolation == Interpolation.Nearest)
                return distance is > -0.5 and <= 0.5 ? 1 : 0;
            double x = Math.Abs(distance) / (resize.Antialias ? Math.Max((double)from / resized, 1) : 1);
            return resize.Interpolation switch
            {
                Interpolation.Bilinear => Math.Max(1 - x, 0),
                _ => x < 1 ? 1.5 * x * x * x - 2.5 * x * x + 1
                    : x < 2 ? -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2
                    : 0,
            };
        }
    }

    /// <summary>1 where the image lies along an axis of the input, else 0.</summary>
    private static torch.Tensor Covered(long resized, long offset, int to) => torch.tensor(
        [.. Enumerable.Range(0, to).Select(target => target >= offset && target < offset + resized ? 1f : 0)]);

    private static torch.Tensor PerChannel(IEnumerable<float> values, torch.Device device)
    {
        float[] array = [.. values];
        return torch.tensor(array, 1, array.Length, 1, 1).to(device).DetachFromDisposeScope();
    }
}
