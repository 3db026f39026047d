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
        torch.Device device = TorchDevice.Best;
        using var network = new TorchNetwork(model.Graph);
        network.LoadWeights(model.Weights);
        network.to(device);
        network.eval();
        using ImagePreprocessing preprocessing = ImagePreprocessing.For(model, set.Size, device);
        using IDisposable noGradients = torch.no_grad();
        var answers = new List<int>();
        var confidences = new List<float>();
        foreach (int[] places in ImageBatch.InOrder(set.Count, BatchSize))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            torch.Tensor images = TorchTensor.ChannelsLast(
                preprocessing.Apply(ImageBatch.Of(set, places).Pixels.to(device)));
            (torch.Tensor confidence, torch.Tensor answer) = network.call(images).softmax(1).max(1);
            answers.AddRange(answer.to(torch.int32).cpu().data<int>());
            confidences.AddRange(confidence.cpu().data<float>());
            progress.Report((double)answers.Count / set.Count);
        }
        return new Classification(model.ClassNames, set.Labels.ToArray(), [.. answers], [.. confidences]);
    }
}
