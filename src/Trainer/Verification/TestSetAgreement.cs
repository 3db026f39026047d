using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Shards;
using SoftPool.Trainer.Training;
using SoftPool.Verification;
using TorchSharp;

namespace SoftPool.Trainer.Verification;

/// <summary>Runs whole sets of images through torch, on the CPU in fp32, and through a device: the same class for
/// each?</summary>
internal static class TestSetAgreement
{
    /// <param name="model">The network, its weights and preprocessing.</param>
    /// <param name="session">Its session on the device; images come in its batches.</param>
    /// <param name="images">The images; those that the log has are not computed again.</param>
    /// <param name="part">Which of them.</param>
    /// <param name="count">How many images the parts have together, from the first of all.</param>
    /// <param name="log">Takes a line an image of the part.</param>
    /// <param name="progress">Told the share done.</param>
    public static void Run(
        Model model, InferenceSession session, ImageSet images, Shard part, int count, ImageLog<ImageAgreement> log,
        IProgress<double> progress)
    {
        using var network = new TorchNetwork(model.Graph);
        network.LoadWeights(model.Weights);
        network.eval();
        using ImagePreprocessing preprocessing = ImagePreprocessing.For(model, images.Size, torch.CPU);
        using IDisposable noGradients = torch.no_grad();
        int classes = model.Graph.OutputShape.ElementCount;
        foreach (int[] places in part.PlacesIn(count).Skip(log.Images.Count).Chunk(session.Options.Batch))
        {
            using var scope = torch.NewDisposeScope();
            torch.Tensor inputs = preprocessing.Apply(ImageBatch.Of(images, places).Pixels);
            float[] expected = network.call(TorchTensor.ChannelsLast(inputs)).data<float>().ToArray();
            var actual = new float[expected.Length];
            session.Run(inputs.contiguous().data<float>().ToArray(), actual);
            log.Add(places.Select((place, i) => Compare(
                images.Labels.Span[place], expected.AsSpan(i * classes, classes),
                actual.AsSpan(i * classes, classes))));
            progress.Report((double)log.Images.Count / part.CountOf(count));
        }
    }

    private static ImageAgreement Compare(int label, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        var comparison = new TensorComparison();
        comparison.Add(expected, actual);
        return new ImageAgreement(
            label, expected.IndexOf(Largest(expected)),
            actual.IndexOf(Largest(actual)), comparison.MaxError, comparison.MaxValue);

        static float Largest(ReadOnlySpan<float> values)
        {
            float largest = values[0];
            foreach (float value in values)
                largest = Math.Max(largest, value); // NaN if one is
            return largest;
        }
    }
}
