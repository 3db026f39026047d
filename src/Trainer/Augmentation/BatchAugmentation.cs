using SoftPool.Torch;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Distributed;
using SoftPool.Trainer.Training;
using TorchSharp;

namespace SoftPool.Trainer.Augmentation;

/// <summary>
/// Augmentation in batches on the training device: colour jitter, mixup, then random resized crop, flip and rotation as
/// one sampling pass from the small source images, then normalisation. Images larger than the reference recipe's 230
/// pixels are first shrunk to that; smaller ones are not enlarged before the pass, which would only cost time.
/// </summary>
internal sealed class BatchAugmentation : IDisposable
{
    /// <summary>The reference recipe resizes to this before it crops to 224, in pixels.</summary>
    private const int LargestSource = 230;

    // Few enough images for a pass's intermediate results to stay in a core's second-level cache.
    private const int ImagesAtOnceOnCpu = 4;

    private static readonly Scalar White = 255;

    private readonly AugmentationOptions _options;
    private readonly torch.Device _device;
    private readonly Size2d _size;
    private readonly int _classes;
    private readonly ImagePreprocessing? _shrink;
    private readonly torch.Tensor _scale, _shift, _grey, _columns, _rows;

    /// <param name="options">Which parts, and how strong.</param>
    /// <param name="preprocessing">The mean and deviation of each channel.</param>
    /// <param name="from">The images' height and width in pixels.</param>
    /// <param name="to">The height and width that the network takes.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="device">Where the work is done.</param>
    /// <exception cref="UserErrorException">A part is out of range.</exception>
    public BatchAugmentation(
        AugmentationOptions options, Preprocessing preprocessing,
        Size2d from, Size2d to, int classes, torch.Device device)
    {
        options.Check();
        (_options, _size, _classes, _device) = (options, to, classes, device);
        using var scope = torch.NewDisposeScope();
        if (from.Height > LargestSource || from.Width > LargestSource)
        {
            var bytes = new Preprocessing([0, 0, 0], [1 / 255f, 1 / 255f, 1 / 255f]);
            var size = new Size2d(Math.Min(from.Height, LargestSource), Math.Min(from.Width, LargestSource));
            _shrink = new ImagePreprocessing(bytes, from, size, device);
        }
        // Black becomes 0 before the shift, so what rotation brings into view is black where it is 0.
        _scale = PerChannel(preprocessing.StandardDeviation.Select(deviation => 1 / (255 * deviation)));
        _shift = PerChannel(
            preprocessing.Mean.Zip(preprocessing.StandardDeviation, (mean, deviation) => -mean / deviation));
        // The luma of ITU-R BT.601, as torchvision and Pillow weigh it.
        _grey = PerChannel([0.299f, 0.587f, 0.114f]);
        _columns = Centres(to.Width).reshape(1, 1, -1).DetachFromDisposeScope();
        _rows = Centres(to.Height).reshape(1, -1, 1).DetachFromDisposeScope();
    }

    /// <inheritdoc cref="Apply(torch.Tensor, torch.Tensor, int, int, torch.ScalarType, BatchPart)"/>
    /// <summary>
    /// Makes training inputs of a batch: (N, 3, h, w) bytes and (N) labels, on the device, to (N, 3, H, W) floats and
    /// targets (N, classes) whose rows sum to 1.
    /// </summary>
    public (torch.Tensor Images, torch.Tensor Targets) Apply(
        torch.Tensor bytes, torch.Tensor labels, int seed, int step, torch.ScalarType type) =>
        Apply(bytes, labels, seed, step, type, BatchPart.All((int)bytes.shape[0]));

    /// <summary>The places in the whole batch of the images that a part of it is made of: its own, and before them the
    /// partner of the first where images are mixed.</summary>
    public int[] Sources(BatchPart part) =>
    [
        .. HasPartner(part) ? [(part.First + part.Whole - 1) % part.Whole] : Array.Empty<int>(),
        .. Enumerable.Range(part.First, part.Count),
    ];

    private bool HasPartner(BatchPart part) => _options.Mixup > 0 && part.Count < part.Whole;

    /// <summary>Makes training inputs of a part of a batch, the same as of the whole.</summary>
    /// <param name="bytes">The images: those of <see cref="Sources"/>.</param>
    /// <param name="labels">The class of each.</param>
    /// <param name="seed">The training's seed.</param>
    /// <param name="step">The step that the batch is for: another step, another variation.</param>
    /// <param name="type">The element type wanted.</param>
    /// <param name="part">Which part of the batch it is.</param>
    public (torch.Tensor Images, torch.Tensor Targets) Apply(
        torch.Tensor bytes, torch.Tensor labels, int seed, int step, torch.ScalarType type, BatchPart part)
    {
        using var scope = torch.NewDisposeScope();
        ImageVariation[] variations = ImageVariation.Draw(_options, seed, step, Sources(part));
        torch.Tensor images = _shrink is null ? bytes.to(torch.float32) : _shrink.Apply(bytes);
        images = Jitter(images, variations, SplitMix64.ForItem((ulong)seed << 32, step));
        torch.Tensor targets = torch.nn.functional.one_hot(labels, _classes).to(torch.float32);
        if (_options.Mixup > 0)
        {
            // The batch is shuffled already: the neighbour is a partner as good as any.
            bool first = HasPartner(part);
            torch.Tensor partners = first ? images.narrow(0, 0, part.Count) : images.roll(1, 0);
            torch.Tensor theirs = first ? targets.narrow(0, 0, part.Count) : targets.roll(1, 0);
            variations = variations[^part.Count..];
            torch.Tensor share = PerImage(variations, variation => variation.Share);
            images = torch.lerp(partners, images.narrow(0, first ? 1 : 0, part.Count), share);
            targets = torch.lerp(theirs, targets.narrow(0, first ? 1 : 0, part.Count), share.reshape(-1, 1));
        }
        images = images.mul_(_scale);
        torch.Tensor result = torch.empty(
            [part.Count, _size.Height, _size.Width, ImageSet.Channels], type, _device).permute(0, 3, 1, 2);
        int atOnce = _device.type == DeviceType.CPU ? ImagesAtOnceOnCpu : variations.Length;
        torch.Tensor maps = MapsOf(variations);
        for (int first = 0; first < variations.Length; first += atOnce)
        {
            using var pass = torch.NewDisposeScope();
            int count = Math.Min(atOnce, variations.Length - first);
            torch.Tensor sampled = Sample(images.narrow(0, first, count), maps.narrow(1, first, count));
            // First to the type and then to the memory format: at once, the copy would not be vectorised.
            result.narrow(0, first, count).copy_(sampled.add_(_shift, Scalars.One).to(type));
        }
        return (result.MoveToOuterDisposeScope(), targets.MoveToOuterDisposeScope());
    }

    public void Dispose()
    {
        _shrink?.Dispose();
        foreach (torch.Tensor tensor in (torch.Tensor[])[_scale, _shift, _grey, _columns, _rows])
            tensor.Dispose();
    }

    /// <summary>Brightness, contrast and saturation of (N, 3, h, w) images in 0 to 255, in an order drawn for the step.
    /// </summary>
    private torch.Tensor Jitter(torch.Tensor images, ImageVariation[] variations, SplitMix64 order)
    {
        Func<torch.Tensor, torch.Tensor>?[] parts =
        [
            _options.Brightness == 0 ? null : x => Blend(x, torch.zeros_like(x), variation => variation.Brightness),
            _options.Contrast == 0 ? null : x =>
                Blend(x, Grey(x).mean([1, 2, 3], keepdim: true), variation => variation.Contrast),
            _options.Saturation == 0 ? null : x => Blend(x, Grey(x), variation => variation.Saturation),
        ];
        for (int left = parts.Length; left > 0; left--)
        {
            int next = order.Below(left);
            images = parts[next]?.Invoke(images) ?? images;
            parts[next] = parts[left - 1];
        }
        return images;

        torch.Tensor Blend(torch.Tensor x, torch.Tensor other, Func<ImageVariation, float> factor) =>
            torch.lerp(other.expand_as(x), x, PerImage(variations, factor)).clamp_(Scalars.Zero, White);
    }

    private torch.Tensor Grey(torch.Tensor images) => (images * _grey).sum(1, keepdim: true);

    /// <summary>
    /// The eight numbers of each image's way back from the output to the source, (8, N, 1, 1); places in both are in
    /// [-1, 1]. First the rotation, x = m0 column + m1 row and y = m2 column + m3 row; then crop and flip, m4 x + m5
    /// and m6 y + m7.
    /// </summary>
    private torch.Tensor MapsOf(ImageVariation[] variations)
    {
        float aspect = (float)_size.Width / _size.Height;
        var numbers = new float[8, variations.Length, 1, 1];
        for (int i = 0; i < variations.Length; i++)
        {
            ImageVariation variation = variations[i];
            (float sine, float cosine) = MathF.SinCos(variation.Angle);
            ReadOnlySpan<float> map =
            [
                cosine, -sine / aspect, sine * aspect, cosine,
                variation.Flip ? -variation.CropWidth : variation.CropWidth,
                2 * variation.CropLeft + variation.CropWidth - 1,
                variation.CropHeight, 2 * variation.CropTop + variation.CropHeight - 1,
            ];
            for (int k = 0; k < map.Length; k++)
                numbers[k, i, 0, 0] = map[k];
        }
        return torch.tensor(numbers).to(_device);
    }

    /// <summary>Crop, flip and rotation: each output pixel looks up its place in the source.</summary>
    private torch.Tensor Sample(torch.Tensor images, torch.Tensor maps)
    {
        torch.Tensor[] m = maps.unbind(0);
        torch.Tensor x = torch.addcmul(m[0] * _columns, m[1], _rows, Scalars.One);
        torch.Tensor y = torch.addcmul(m[2] * _columns, m[3], _rows, Scalars.One);
        torch.Tensor places = torch.stack(
            [torch.addcmul(m[5], m[4], x, Scalars.One), torch.addcmul(m[7], m[6], y, Scalars.One)], -1);
        torch.Tensor sampled = torch.nn.functional.grid_sample(
            images, places, torch.GridSampleMode.Bilinear, torch.GridSamplePaddingMode.Border, align_corners: false);
        return _options.Rotation == 0
            ? sampled
            : sampled.mul_(torch.maximum(x.abs_(), y.abs_()).le(Scalars.One).unsqueeze(1));
    }

    private torch.Tensor PerImage(ImageVariation[] variations, Func<ImageVariation, float> value) =>
        torch.tensor([.. variations.Select(value)], variations.Length, 1, 1, 1).to(_device);

    private torch.Tensor PerChannel(IEnumerable<float> values)
    {
        float[] array = [.. values];
        return torch.tensor(array, 1, array.Length, 1, 1).to(_device).DetachFromDisposeScope();
    }

    /// <summary>The centres of an axis' pixels, the axis going from -1 to 1.</summary>
    private torch.Tensor Centres(int pixels) =>
        torch.tensor([.. Enumerable.Range(0, pixels).Select(i => (2 * i + 1f) / pixels - 1)]).to(_device);
}
