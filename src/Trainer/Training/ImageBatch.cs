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

    /// <summary>The places of all images in an order drawn from the seed and the epoch alone.</summary>
    public static int[] Shuffled(int images, int seed, int epoch)
    {
        int[] order = [.. Enumerable.Range(0, images)];
        var random = SplitMix64.ForItem(~(ulong)seed, epoch);
        for (int left = images; left > 1; left--)
        {
            int drawn = random.Below(left);
            (order[drawn], order[left - 1]) = (order[left - 1], order[drawn]);
        }
        return order;
    }

    /// <summary>The places of all images in their order; the last batch may be smaller.</summary>
    public static IEnumerable<int[]> InOrder(int images, int batchSize) => Enumerable.Range(0, images).Chunk(batchSize);
}
