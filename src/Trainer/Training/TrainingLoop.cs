using System.Diagnostics;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using TorchSharp;

namespace SoftPool.Trainer.Training;

/// <summary>
/// Trains a network: cross-entropy with label smoothing, Adam with L2 decay, a cosine schedule over all steps. The same
/// options on the same CPU give the same losses.
/// </summary>
internal sealed class TrainingLoop : IDisposable
{
    private const int AccuracySteps = 50;

    private readonly TrainingOptions _options;
    private readonly Preprocessing _preprocessing;
    private readonly torch.Device _device;

    /// <summary>Makes the network, with weights from the seed, on the device.</summary>
    /// <param name="graph">The network to train, of (3, H, W) images.</param>
    /// <param name="preprocessing">What becomes of an image before it enters the network.</param>
    /// <param name="options">How to train it.</param>
    public TrainingLoop(ModelGraph graph, Preprocessing preprocessing, TrainingOptions options)
    {
        (_preprocessing, _options) = (preprocessing, options);
        if (options.Threads > 0)
            torch.set_num_threads(options.Threads);
        _device = torch.device(options.Device ?? (torch.cuda.is_available() ? "cuda" : "cpu"));
        torch.manual_seed(options.Seed);
        Network = new TorchNetwork(graph);
        Network.to(_device);
    }

    /// <summary>The network, as far as it has learned.</summary>
    public TorchNetwork Network { get; }

    /// <summary>Trains for all steps, or until cancelled: then the batch at hand is still finished.</summary>
    /// <returns>The number of steps done.</returns>
    /// <exception cref="UserErrorException">An option is out of range, or the set does not fill one batch.</exception>
    /// <exception cref="TrainingDivergedException">A loss is not finite; the weights are those of the step before.
    /// </exception>
    public int Train(ImageSet set, IProgress<TrainingProgress>? progress = null, CancellationToken cancel = default)
    {
        int steps = _options.StepsFor(set.Count), step = 0;
        var schedule = new CosineSchedule(_options.LearningRate, steps, _options.WarmUpSteps);
        var random = new Random(_options.Seed);
        using ImagePreprocessing preprocessing = PreprocessingFor(set);
        using torch.optim.Optimizer optimizer = torch.optim.Adam(
            Network.parameters(), _options.LearningRate, weight_decay: _options.WeightDecay);
        Network.train();
        double accuracy = 0;
        var watch = new Stopwatch();
        foreach (int[] places in ImageBatch.Shuffled(set.Count, _options.BatchSize, random))
        {
            if (step == steps || cancel.IsCancellationRequested)
                break;
            foreach (torch.optim.ILearningRateController group in optimizer.ParamGroups)
                group.LearningRate = schedule.At(step);
            (double loss, double right) = Step(set, places, preprocessing, optimizer, random, ++step);
            accuracy += (right - accuracy) / Math.Min(step, AccuracySteps);
            double seconds = watch.Elapsed.TotalSeconds;
            progress?.Report(new TrainingProgress(
                step, steps, loss, accuracy, step == 1 ? 0 : (step - 1) * _options.BatchSize / seconds));
            // The first step also pays for memory and for torch's own set-up.
            watch.Start();
        }
        return step;
    }

    /// <summary>Classifies a whole set, as the network is used: without dropout, flips or gradients.</summary>
    public Evaluation Evaluate(ImageSet set)
    {
        using ImagePreprocessing preprocessing = PreprocessingFor(set);
        using IDisposable noGradients = torch.no_grad();
        Network.eval();
        double right = 0, loss = 0;
        foreach (int[] places in ImageBatch.InOrder(set.Count, _options.BatchSize))
        {
            using var scope = torch.NewDisposeScope();
            (torch.Tensor pixels, torch.Tensor labels) = ToDevice(ImageBatch.Of(set, places));
            torch.Tensor logits = Network.call(preprocessing.Apply(pixels));
            loss += torch.nn.functional.cross_entropy(logits, labels, reduction: torch.nn.Reduction.Sum).item<float>();
            right += logits.argmax(1).eq(labels).sum().item<long>();
        }
        return new Evaluation(right / set.Count, loss / set.Count);
    }

    public void Dispose() => Network.Dispose();

    private (double Loss, double Right) Step(
        ImageSet set, int[] places, ImagePreprocessing preprocessing, torch.optim.Optimizer optimizer, Random random,
        int step)
    {
        using var scope = torch.NewDisposeScope();
        (torch.Tensor pixels, torch.Tensor labels) = ToDevice(ImageBatch.Of(set, places));
        if (_options.Flip)
            pixels = FlipHalf(pixels, random);
        torch.Tensor logits = Network.call(preprocessing.Apply(pixels));
        torch.Tensor loss = torch.nn.functional.cross_entropy(logits, labels, label_smoothing: _options.LabelSmoothing);
        double value = loss.item<float>();
        if (!double.IsFinite(value))
            throw new TrainingDivergedException(step, value);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        return (value, logits.argmax(1).eq(labels).to(torch.float32).mean().item<float>());
    }

    private static torch.Tensor FlipHalf(torch.Tensor pixels, Random random)
    {
        var flips = new bool[pixels.shape[0]];
        for (int i = 0; i < flips.Length; i++)
            flips[i] = random.Next(2) == 1;
        torch.Tensor mask = torch.tensor(flips).to(pixels.device).reshape(-1, 1, 1, 1);
        return torch.where(mask, pixels.flip(3), pixels);
    }

    private (torch.Tensor Pixels, torch.Tensor Labels) ToDevice(ImageBatch batch) =>
        (batch.Pixels.to(_device), batch.Labels.to(_device));

    private ImagePreprocessing PreprocessingFor(ImageSet set)
    {
        TensorShape input = Network.Graph.InputShape;
        return new ImagePreprocessing(_preprocessing, set.Size, new Size2d(input[1], input[2]), _device);
    }
}
