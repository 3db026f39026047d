using SoftPool.Trainer.Data;
using SoftPool.Trainer.Training;
using SoftPool.Verification;
using TorchSharp;

namespace SoftPool.Trainer.Verification;

/// <summary>Compares strict numerics on a Vulkan device with the strict reference, on pictures.</summary>
internal static class StrictParity
{
    /// <param name="model">The network and its weights.</param>
    /// <param name="gpu">The device.</param>
    /// <param name="images">Where the inputs come from; they are preprocessed as the model says.</param>
    /// <param name="count">The number of images to compare, spread evenly over the set so that all classes are
    /// there.</param>
    /// <param name="batch">The number of images that run at once.</param>
    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    public static StrictReport Check(
        Model model, GpuDevice gpu, ImageSet images, int count, int batch, IProgress<double>? progress = null)
    {
        count = Math.Min(count, images.Count);
        int[] places = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * images.Count / count))];
        using ImagePreprocessing preprocessing = ImagePreprocessing.For(model, images.Size, torch.CPU);
        using var comparison = new StrictComparison(model, gpu, Math.Min(batch, count));
        foreach (int[] some in places.Chunk(batch))
        {
            using var scope = torch.NewDisposeScope();
            comparison.Add(preprocessing.Apply(ImageBatch.Of(images, some).Pixels).data<float>().ToArray());
            progress?.Report((double)comparison.Report.Items / count);
        }
        return comparison.Report;
    }
}
