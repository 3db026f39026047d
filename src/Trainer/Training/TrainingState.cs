using System.Text.Json;
using System.Text.Json.Serialization;

namespace SoftPool.Trainer.Training;

/// <summary>One epoch, training and validation.</summary>
/// <param name="Epoch">Counted from 1.</param>
/// <param name="Step">Steps done by its end.</param>
/// <param name="LearningRate">Of its last step.</param>
/// <param name="TrainLoss">The mean of its batches' losses, on augmented images and smoothed or mixed targets.</param>
/// <param name="TrainAccuracy">The part of its augmented images answered right, in [0, 1]; right is the larger share of
/// a mix.</param>
/// <param name="ValidationLoss">The mean cross-entropy, label smoothing included, on the validation images: the test
/// images where the data set has no others.</param>
/// <param name="ValidationAccuracy">The part of them answered right, in [0, 1].</param>
/// <param name="ImagesPerSecond">The speed of training, everything included but validation.</param>
/// <param name="Seconds">How long the epoch took, with validation.</param>
internal sealed record EpochResult(
    int Epoch, int Step, double LearningRate, double TrainLoss, double TrainAccuracy, double ValidationLoss,
    double ValidationAccuracy, double ImagesPerSecond, double Seconds);

/// <summary>The loss of one step's batch.</summary>
internal readonly record struct StepLoss(int Step, double Loss);

/// <summary>How far a training has come, but for its tensors. All randomness is drawn from the seed and the step, so
/// these numbers and the tensors are all that a resumption needs.</summary>
internal sealed class TrainingState
{
    private static readonly JsonSerializerOptions Json = new() { RespectRequiredConstructorParameters = true };

    /// <summary>More losses show nothing more in a curve, and a file's header has room for some hundred
    /// thousand.</summary>
    private const int MostLosses = 10_000;

    /// <summary>Steps done.</summary>
    public int Step { get; set; }

    /// <summary>The sum over the epoch at hand of its batches' losses.</summary>
    public double EpochLoss { get; set; }

    /// <summary>The images of the epoch at hand that were answered right.</summary>
    public long EpochRight { get; set; }

    /// <summary>The steps of the epoch at hand.</summary>
    public int EpochSteps { get; set; }

    /// <summary>The seconds of the epoch at hand, in training.</summary>
    public double EpochSeconds { get; set; }

    /// <summary>The factor on the loss in fp16.</summary>
    public double LossScale { get; set; } = 65536;

    /// <summary>Steps since the factor on the loss last changed.</summary>
    public int LossScaleSteps { get; set; }

    /// <summary>Steps that fp16's overflow left out: the optimiser did not see them.</summary>
    public int StepsLeftOut { get; set; }

    /// <summary>The epochs done.</summary>
    public List<EpochResult> Epochs { get; init; } = [];

    /// <summary>The loss of every tenth step; in long trainings of every twentieth, every fortieth and so on.</summary>
    public List<StepLoss> Losses { get; init; } = [];

    /// <summary>The best epoch so far by its validation accuracy, the first of equals; null before the first
    /// ends.</summary>
    [JsonIgnore]
    public EpochResult? Best => Epochs.MaxBy(epoch => epoch.ValidationAccuracy);

    /// <summary>Every so many steps a loss is kept for the curve: first ten, as in the reference recipe.</summary>
    private int LossEvery => Losses.Count > 1 ? Losses[1].Step - Losses[0].Step : 10;

    /// <summary>Counts a step.</summary>
    public void Add(double loss, long right, double seconds)
    {
        if (Step++ % LossEvery == 0)
            Losses.Add(new StepLoss(Step, loss));
        if (Losses.Count > MostLosses)
        {
            int half = 2 * LossEvery;
            Losses.RemoveAll(kept => (kept.Step - 1) % half != 0);
        }
        EpochLoss += loss;
        EpochRight += right;
        EpochSteps++;
        EpochSeconds += seconds;
    }

    /// <summary>Ends the epoch at hand and begins the next.</summary>
    public EpochResult EndEpoch(int batchSize, double learningRate, Evaluation validation, double validationSeconds)
    {
        long images = (long)EpochSteps * batchSize;
        var epoch = new EpochResult(
            Epochs.Count + 1, Step, learningRate, EpochLoss / EpochSteps, (double)EpochRight / images, validation.Loss,
            validation.Accuracy, images / EpochSeconds, EpochSeconds + validationSeconds);
        Epochs.Add(epoch);
        (EpochLoss, EpochRight, EpochSteps, EpochSeconds) = (0, 0, 0, 0);
        return epoch;
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="JsonException">The text is no state.</exception>
    public static TrainingState FromJson(string json) =>
        JsonSerializer.Deserialize<TrainingState>(json, Json) ?? throw new JsonException("The state is null.");
}
