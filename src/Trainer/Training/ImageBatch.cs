using SoftPool.Trainer.Data;
using TorchSharp;

namespace SoftPool.Trainer.Training;

/// <summary>Images of a set as torch takes them: (N, 3, h, w) bytes and (N) labels, on the CPU.</summary>
internal readonly record struct ImageBatch(torch.Tensor Pixels, torch.Tensor Labels)
{
    /// <summary>Copies the images at the given places.</summary>
    public static ImageBatch Of(ImageSet set, ReadOnlySpan<int> places)
    {
        int length = (int)ImageSet.BytesPerImage(set.Size);
        var pixels = new byte[places.Length * length];
        var labels = new long[places.Length];
        for (int i = 0; i < places.Length; i++)
        {
            set.Image(places[i]).CopyTo(pixels.AsSpan(i * length));
            labels[i] = set.Labels.Span[places[i]];
        }
        return new ImageBatch(
            torch.tensor(pixels, [places.Length, ImageSet.Channels, set.Size.Height, set.Size.Width], torch.uint8),
            torch.tensor(labels));
    }

    /// <summary>Places for one batch after the other without end: each epoch in a new order, its rest dropped.</summary>
    public static IEnumerable<int[]> Shuffled(int images, int batchSize, Random random)
    {
        int[] order = [.. Enumerable.Range(0, images)];
        while (true)
        {
            random.Shuffle(order);
            for (int first = 0; first + batchSize <= images; first += batchSize)
                yield return order[first..(first + batchSize)];
        }
    }

    /// <summary>The places of all images in their order; the last batch may be smaller.</summary>
    public static IEnumerable<int[]> InOrder(int images, int batchSize) => Enumerable.Range(0, images).Chunk(batchSize);
}
