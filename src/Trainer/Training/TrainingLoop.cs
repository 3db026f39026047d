using System.Runtime.InteropServices;
using SoftPool.Trainer.Augmentation;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Distributed;
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
    private readonly Communicator? _processes;
    private readonly GradientExchange? _exchange;
    private readonly BatchPart _part;
    private TimeSpan _exchanging;
    private int[] _order = [];
    private int _orderEpoch = -1;

    /// <summary>Makes the network, with weights from the seed, on the device.</summary>
    /// <param name="graph">The network to train, of (3, H, W) images.</param>
    /// <param name="preprocessing">What becomes of an image before it enters the network.</param>
    /// <param name="set">The images to train on.</param>
    /// <param name="options">How to train it.</param>
    /// <param name="tuning">What stays and what is new, if it begins with weights of another training; null if all is
    /// new.</param>
    /// <param name="processes">The processes that train it together, each on a part of every batch; null if there is
    /// one.</param>
    /// <exception cref="UserErrorException">An option is out of range, the set does not fill one batch, or nothing is
    /// left to train.</exception>
    public TrainingLoop(
        ModelGraph graph, Preprocessing preprocessing, ImageSet set, TrainingOptions options, FineTuning? tuning = null,
        Communicator? processes = null)
    {
        _processes = processes;
        (_preprocessing, _set, _options) = (preprocessing, set, options);
        Steps = options.StepsFor(set.Count);
        StepsPerEpoch = set.Count / options.BatchSize;
        if ((options.Threads > 0 ? options.Threads : processes?.Threads) is { } threads)
            torch.set_num_threads(threads);
        if (options.BatchSize < (processes?.Size ?? 1))
            throw new UserErrorException(
                $"A batch of {options.BatchSize} has no image for each of {processes!.Size} processes.");
        if (options.BatchSize / (processes?.Size ?? 1) < options.Accumulate)
            throw new UserErrorException(
                $"A batch of {options.BatchSize}{(processes is null ? "" : $" on {processes.Size} processes")} has no "
                + $"image for each of {options.Accumulate} pieces.");
        _part = processes is null
            ? BatchPart.All(options.BatchSize) : BatchPart.Of(options.BatchSize, processes.Rank, processes.Size);
        _device = TorchDevice.Of(options.OnCuda, processes?.OnThisMachine.Rank ?? 0);
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
        if (processes is not null)
        {
            Network.NormsOver = options.SynchronizeNorms ? processes : null;
            _exchange = new GradientExchange(processes, Network, options.Wire == Precision.Bf16);
        }
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
        TimeSpan exchanged = _processes?.Busy ?? default;
        Times.Begin();
        int step = State.Step;
        Network.train();
        bool scaled = _options.Precision == Precision.Fp16;
        _optimizer.ZeroGradients();
        // The gradients of all parts add up to that of the whole batch's mean.
        double value = 0;
        long right = 0;
        for (int piece = 0; piece < _options.Accumulate; piece++)
        {
            (double loss, long answered) = Learn(
                step, _part.Piece(piece, _options.Accumulate), scaled ? State.LossScale : 1,
                isLast: piece == _options.Accumulate - 1);
            (value, right) = (value + loss, right + answered);
        }
        if (_processes is not null)
        {
            _exchange!.Finish();
            double[] sums = _processes.Sum(value, right);
            (value, right) = (sums[0], (long)sums[1]);
            Times.End(StepPart.Exchange);
            _exchanging += _processes.Busy - exchanged;
            if (!double.IsFinite(value))
                throw Together(new TrainingDivergedException($"The loss of step {step + 1} is {value}"));
        }

        if (!scaled || LossScale.Unscale(State, _optimizer.Parameters.Select(of => of.Parameter.grad!)))
            _optimizer.Step(_schedule.At(step), _freshSchedule.At(step));
        Times.End(StepPart.Optimizer);
        State.Add(value, right, Times.Total - before);
        return (value, right);
    }

    /// <summary>Adds the gradients of a part of a step's batch to those that are there.</summary>
    /// <param name="step">The step.</param>
    /// <param name="part">The part.</param>
    /// <param name="lossScale">What the loss is multiplied by.</param>
    /// <param name="isLast">Whether all gradients of this process are complete behind it.</param>
    /// <returns>What the part adds to the mean loss of the batch, and how many of its images are answered
    /// right.</returns>
    private (double Loss, long Right) Learn(int step, BatchPart part, double lossScale, bool isLast)
    {
        using var scope = torch.NewDisposeScope();
        // Dropout draws from torch's own generator: seeded anew for each step, it needs no saving. On the CPU it takes
        // the low 32 bits of its seed alone, so both numbers have to be in them.
        torch.manual_seed((long)SplitMix64.ForItem((ulong)_options.Seed, step).Next());
        if (part.Count < part.Whole)
            Network.Part = part;
        if (_exchange is not null)
            Network.GradientsReady = isLast ? _exchange.Begin : null;
        int[] order = PlacesOf(step).ToArray();
        (torch.Tensor bytes, torch.Tensor labels) = ToDevice(
            ImageBatch.Of(_set, [.. _augmentation.Sources(part).Select(source => order[source])]));
        Times.End(StepPart.Data);

        (torch.Tensor images, torch.Tensor targets) =
            _augmentation.Apply(bytes, labels, _options.Seed, step, Network.ComputeType, part);
        Times.End(StepPart.Augment);

        torch.Tensor logits = Network.call(images);
        torch.Tensor loss = torch.nn.functional.cross_entropy(
            logits, targets, label_smoothing: _options.LabelSmoothing);
        double value = loss.item<float>();
        // Several processes learn of it together, behind their gradients.
        if (!double.IsFinite(value) && _processes is null)
            throw new TrainingDivergedException($"The loss of step {step + 1} is {value}");
        Times.End(StepPart.Forward);

        using Scalar scale = lossScale * part.Share;
        (lossScale * part.Share == 1 ? loss : loss.mul(scale)).backward();
        Times.End(StepPart.Backward);
        return (value * part.Share, logits.argmax(1).eq(targets.argmax(1)).sum().item<long>());
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
        if (_processes is not null)
            ShareStatistics(_processes);
        double right = 0, loss = 0;
        (int rank, int size) = (_processes?.Rank ?? 0, _processes?.Size ?? 1);
        // Several processes take turns, and ask each other before each batch whether to go on.
        foreach (int[][] batches in ImageBatch.InOrder(set.Count, _options.BatchSize).Chunk(size))
        {
            ThrowIfCancelled(cancel);
            if (rank >= batches.Length)
                continue;
            int[] places = batches[rank];
            using var scope = torch.NewDisposeScope();
            (torch.Tensor pixels, torch.Tensor labels) = ToDevice(ImageBatch.Of(set, places));
            torch.Tensor logits = Network.call(
                TorchTensor.ChannelsLast(preprocessing.Apply(pixels).to(Network.ComputeType)));
            loss += torch.nn.functional.cross_entropy(
                logits, labels, label_smoothing: _options.LabelSmoothing,
                reduction: torch.nn.Reduction.Sum).item<float>();
            if (!double.IsFinite(loss) && _processes is null)
                break;
            right += logits.argmax(1).eq(labels).sum().item<long>();
        }
        if (_processes?.Sum(right, loss) is { } sums)
            (right, loss) = (sums[0], sums[1]);
        if (!double.IsFinite(loss))
            throw Together(new TrainingDivergedException($"The validation loss after step {State.Step} is {loss}"));
        return new Evaluation(right / set.Count, loss / set.Count);
    }

    /// <summary>Ends the training where it was asked to end; of several processes all, where one was.</summary>
    /// <exception cref="OperationCanceledException">It was.</exception>
    public void ThrowIfCancelled(CancellationToken cancel)
    {
        if (_processes?.Largest(cancel.IsCancellationRequested ? 1 : 0)[0] > 0)
            throw Together(new OperationCanceledException());
        cancel.ThrowIfCancellationRequested();
    }

    /// <summary>Where the time of this session's steps went, in one sentence.</summary>
    public string Profile()
    {
        int steps = Math.Max(Times.Steps, 1);
        string step = $"{1000 * Times.Total / steps:F1} ms a step, of {steps} steps";
        if (_processes is null)
            return step;
        double exchange = _exchanging.TotalSeconds, waited = Times.Of(StepPart.Exchange);
        return $"{step}; gradients were under way for {1000 * exchange / steps:F1} ms of it, "
            + $"{1000 * Math.Max(exchange - waited, 0) / steps:F1} ms beside the computation, "
            + $"{1000 * waited / steps:F1} ms waited for";
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

    /// <summary>Has all processes compute with the running statistics of the first, which are saved.</summary>
    private void ShareStatistics(Communicator processes)
    {
        using var scope = torch.NewDisposeScope();
        foreach (torch.Tensor statistic in Network.RunningStatistics())
        {
            float[] values = TorchTensor.ToTensor(statistic).Data.ToArray();
            processes.Broadcast(values);
            statistic.copy_(torch.tensor(values, statistic.shape));
        }
    }

    /// <summary>Notes that all processes throw the same.</summary>
    private T Together<T>(T exception) where T : Exception
    {
        if (_processes is not null)
            _processes.FailsTogether = true;
        return exception;
    }

    public void Dispose()
    {
        _exchange?.Dispose();
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
