using System.Runtime.InteropServices;
using SoftPool.Trainer.Augmentation;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using TorchSharp;

namespace SoftPool.Trainer.Training;

/// <summary>
/// Trains a network, step by step: cross-entropy with label smoothing, Adam with L2 decay, a cosine schedule over all
/// steps. The same options on the same CPU give the same losses, whether the training was interrupted or not.
/// </summary>
internal sealed class TrainingLoop : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly Preprocessing _preprocessing;
    private readonly ImageSet _set;
    private readonly torch.Device _device;
    private readonly CosineSchedule _schedule, _freshSchedule;
    private readonly BatchAugmentation _augmentation;
    private readonly Adam _optimizer;
    private int[] _order = [];
    private int _orderEpoch = -1;

    /// <summary>Makes the network, with weights from the seed, on the device.</summary>
    /// <param name="graph">The network to train, of (3, H, W) images.</param>
    /// <param name="preprocessing">What becomes of an image before it enters the network.</param>
    /// <param name="set">The images to train on.</param>
    /// <param name="options">How to train it.</param>
    /// <param name="tuning">What stays and what is new, if it begins with weights of another training; null if all is
    /// new.</param>
    /// <exception cref="UserErrorException">An option is out of range, the set does not fill one batch, or nothing is
    /// left to train.</exception>
    public TrainingLoop(
        ModelGraph graph, Preprocessing preprocessing, ImageSet set, TrainingOptions options, FineTuning? tuning = null)
    {
        (_preprocessing, _set, _options) = (preprocessing, set, options);
        Steps = options.StepsFor(set.Count);
        StepsPerEpoch = set.Count / options.BatchSize;
        if (options.Threads > 0)
            torch.set_num_threads(options.Threads);
        _device = TorchDevice.Of(options.OnCuda);
        _schedule = new CosineSchedule(options.LearningRate, Steps, options.WarmUpSteps);
        _freshSchedule = _schedule with { Highest = tuning?.NewLearningRate ?? options.LearningRate };
        _augmentation = new BatchAugmentation(
            options.Augmentation, preprocessing, set.Size, InputSize(graph), graph.OutputShape.ElementCount, _device);
        torch.manual_seed(options.Seed);
        Network = new TorchNetwork(graph) { ComputeType = options.Precision.ScalarType() };
        Network.to(_device);
        if (tuning is not null)
            Network.Freeze(tuning.FrozenIn(graph));
        _optimizer = new Adam(Network, options.WeightDecay, tuning?.NewParameters);
        Times = new StepTimes(options.OnCuda);
    }

    /// <summary>The network, as far as it has learned.</summary>
    public TorchNetwork Network { get; }

    /// <summary>How far the training has come.</summary>
    public TrainingState State { get; private set; } = new();

    /// <summary>Steps in all.</summary>
    public int Steps { get; }

    /// <summary>Whole batches in the set; the rest is dropped, another one each epoch.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>Where the time of the steps went.</summary>
    public StepTimes Times { get; }

    /// <summary>The learning rate of the latest step.</summary>
    public double LearningRate => _schedule.At(State.Step - 1);

    /// <summary>Whether the steps of an epoch are done, and <see cref="TrainingState.EndEpoch"/> is due.</summary>
    public bool EpochIsOver => State.EpochSteps > 0 && (State.Step % StepsPerEpoch == 0 || State.Step == Steps);

    /// <summary>Trains on the next batch.</summary>
    /// <returns>The batch's loss and the number of images answered right.</returns>
    /// <exception cref="TrainingDivergedException">The loss is not finite, or in fp16 no gradient can be; the weights
    /// are those of the step before.</exception>
    public (double Loss, long Right) Next()
    {
        using var scope = torch.NewDisposeScope();
        double before = Times.Total;
        Times.Begin();
        int step = State.Step;
        // Dropout draws from torch's own generator: seeded anew for each step, it needs no saving. On the CPU it takes
        // the low 32 bits of its seed alone, so both numbers have to be in them.
        torch.manual_seed((long)SplitMix64.ForItem((ulong)_options.Seed, step).Next());
        Network.train();
        (torch.Tensor bytes, torch.Tensor labels) = ToDevice(ImageBatch.Of(_set, PlacesOf(step)));
        Times.End(StepPart.Data);

        (torch.Tensor images, torch.Tensor targets) =
            _augmentation.Apply(bytes, labels, _options.Seed, step, Network.ComputeType);
        Times.End(StepPart.Augment);

        torch.Tensor logits = Network.call(images);
        torch.Tensor loss = torch.nn.functional.cross_entropy(
            logits, targets, label_smoothing: _options.LabelSmoothing);
        double value = loss.item<float>();
        if (!double.IsFinite(value))
            throw new TrainingDivergedException($"The loss of step {step + 1} is {value}");
        Times.End(StepPart.Forward);

        bool scaled = _options.Precision == Precision.Fp16;
        _optimizer.ZeroGradients();
        using Scalar scale = State.LossScale;
        (scaled ? loss.mul(scale) : loss).backward();
        Times.End(StepPart.Backward);

        if (!scaled || LossScale.Unscale(State, _optimizer.Parameters.Select(of => of.Parameter.grad!)))
            _optimizer.Step(_schedule.At(step), _freshSchedule.At(step));
        Times.End(StepPart.Optimizer);

        long right = logits.argmax(1).eq(targets.argmax(1)).sum().item<long>();
        State.Add(value, right, Times.Total - before);
        return (value, right);
    }

    /// <summary>Classifies a whole set, as the network is used: without dropout, augmentation or gradients.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="TrainingDivergedException">The loss is not finite.</exception>
    public Evaluation Evaluate(ImageSet set, CancellationToken cancel = default)
    {
        using var preprocessing =
            new ImagePreprocessing(_preprocessing, set.Size, InputSize(Network.Graph), _device);
        using IDisposable noGradients = torch.no_grad();
        Network.eval();
        double right = 0, loss = 0;
        foreach (int[] places in ImageBatch.InOrder(set.Count, _options.BatchSize))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            (torch.Tensor pixels, torch.Tensor labels) = ToDevice(ImageBatch.Of(set, places));
            torch.Tensor logits = Network.call(
                TorchTensor.ChannelsLast(preprocessing.Apply(pixels).to(Network.ComputeType)));
            loss += torch.nn.functional.cross_entropy(
                logits, labels, label_smoothing: _options.LabelSmoothing,
                reduction: torch.nn.Reduction.Sum).item<float>();
            if (!double.IsFinite(loss))
                throw new TrainingDivergedException($"The validation loss after step {State.Step} is {loss}");
            right += logits.argmax(1).eq(labels).sum().item<long>();
        }
        return new Evaluation(right / set.Count, loss / set.Count);
    }

    /// <summary>All that a resumption needs, copied.</summary>
    /// <exception cref="TrainingDivergedException">A weight is not finite.</exception>
    public Checkpoint Save(RunDescription run, IReadOnlyList<string> classes)
    {
        var moments = new Dictionary<string, Tensor>();
        foreach (Adam.Moments of in _optimizer.Parameters)
        {
            moments[Checkpoint.FirstMoment + of.Name] = TorchTensor.ToTensor(of.First);
            moments[Checkpoint.SecondMoment + of.Name] = TorchTensor.ToTensor(of.Second);
        }
        Model model = Network.ToModel(classes, _preprocessing);
        // A step's loss is of the weights before it: those after may be spoilt, and would replace good ones.
        if (!model.Weights.Values.All(weight => MemoryMarshal.ToEnumerable(weight.Data).All(float.IsFinite)))
            throw new TrainingDivergedException($"A weight after step {State.Step} is not finite");
        return new Checkpoint(run, TrainingState.FromJson(State.ToJson()), model, moments);
    }

    /// <summary>Goes on where a checkpoint was made.</summary>
    /// <exception cref="ModelFormatException">The checkpoint is of another network, or lacks moments.</exception>
    public void Restore(Checkpoint checkpoint)
    {
        Network.LoadWeights(checkpoint.Model.Weights);
        foreach (Adam.Moments of in _optimizer.Parameters)
        {
            Restore(of.First, Checkpoint.FirstMoment + of.Name);
            Restore(of.Second, Checkpoint.SecondMoment + of.Name);
        }
        _optimizer.Steps = checkpoint.State.Step - checkpoint.State.StepsLeftOut;
        State = TrainingState.FromJson(checkpoint.State.ToJson());

        void Restore(torch.Tensor moment, string name)
        {
            if (!checkpoint.Moments.TryGetValue(name, out Tensor? saved) || saved.Data.Length != moment.numel())
                throw new ModelFormatException($"The checkpoint has no {name} of {moment.numel()} numbers.");
            using torch.Tensor copy = torch.tensor(saved.Data.ToArray(), moment.shape);
            moment.copy_(copy);
        }
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _augmentation.Dispose();
        Network.Dispose();
    }

    /// <summary>The places of a step's images: the order of each epoch is shuffled from the seed and the
    /// epoch.</summary>
    private ReadOnlySpan<int> PlacesOf(int step)
    {
        (int epoch, int batch) = Math.DivRem(step, StepsPerEpoch);
        if (epoch != _orderEpoch)
            (_order, _orderEpoch) = (ImageBatch.Shuffled(_set.Count, _options.Seed, epoch), epoch);
        return _order.AsSpan(batch * _options.BatchSize, _options.BatchSize);
    }

    private (torch.Tensor Pixels, torch.Tensor Labels) ToDevice(ImageBatch batch) =>
        (batch.Pixels.to(_device), batch.Labels.to(_device));

    private static Size2d InputSize(ModelGraph graph) => new(graph.InputShape[1], graph.InputShape[2]);
}
