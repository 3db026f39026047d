using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Training;
using TorchSharp;

namespace SoftPool.Trainer.Reports;

/// <summary>Classifies a set with a model in torch, in fp32: on CUDA where it is available, else on the CPU.</summary>
internal static class TestEvaluation
{
    private const int BatchSize = 64;

    /// <param name="model">The network, with its weights, classes and preprocessing.</param>
    /// <param name="set">The images, labelled with the model's classes.</param>
    /// <param name="progress">Is told the share done.</param>
    /// <param name="cancel">Stops after the batch at hand.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Classification Run(Model model, ImageSet set, IProgress<double> progress, CancellationToken cancel)
    {
        var answers = new List<ImageAnswer>();
        Run(model, set, [.. Enumerable.Range(0, set.Count)], answers.AddRange, progress, cancel);
        return Classification.Of(model.ClassNames, answers);
    }

    /// <summary>Classifies some images of a set.</summary>
    /// <param name="model">The network, with its weights, classes and preprocessing.</param>
    /// <param name="set">The images, labelled with the model's classes.</param>
    /// <param name="places">The places of the images to classify.</param>
    /// <param name="add">Takes the answers of a batch.</param>
    /// <param name="progress">Is told the share done.</param>
    /// <param name="cancel">Stops after the batch at hand.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Run(
        Model model, ImageSet set, IReadOnlyList<int> places, Action<IReadOnlyList<ImageAnswer>> add,
        IProgress<double> progress, CancellationToken cancel)
    {
        if (places.Count == 0)
            return;
        torch.Device device = TorchDevice.Best;
        using var network = new TorchNetwork(model.Graph);
        network.LoadWeights(model.Weights);
        network.to(device);
        network.eval();
        using ImagePreprocessing preprocessing = ImagePreprocessing.For(model, set.Size, device);
        using IDisposable noGradients = torch.no_grad();
        int done = 0;
        foreach (int[] batch in places.Chunk(BatchSize))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            torch.Tensor images = TorchTensor.ChannelsLast(
                preprocessing.Apply(ImageBatch.Of(set, batch).Pixels.to(device)));
            (torch.Tensor confidence, torch.Tensor answer) = network.call(images).softmax(1).max(1);
            int[] answers = [.. answer.to(torch.int32).cpu().data<int>()];
            float[] confidences = [.. confidence.cpu().data<float>()];
            add([.. batch.Select((place, i) =>
                new ImageAnswer(set.Labels.Span[place], answers[i], confidences[i]))]);
            done += batch.Length;
            progress.Report((double)done / places.Count);
        }
    }
}
