using System.Text.Json.Serialization;
using SoftPool.Trainer.Augmentation;
using TorchSharp;

namespace SoftPool.Trainer.Training;

/// <summary>How a network is trained; the defaults are the reference recipe's.</summary>
internal sealed record TrainingOptions
{
    /// <summary>The number of steps; where 0, <see cref="Epochs"/> counts.</summary>
    public int Steps { get; init; }

    /// <summary>How often the whole training set is seen, where <see cref="Steps"/> is 0.</summary>
    public int Epochs { get; init; } = 50;

    /// <summary>Images a step. The rest of an epoch that fills no batch is dropped.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>The pieces in which a process computes its part of a batch, one after the other.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Adam's highest learning rate.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>L2 decay, added to the gradient.</summary>
    public double WeightDecay { get; init; } = 1e-5;

    /// <summary>The part of the target that is spread evenly over all classes.</summary>
    public double LabelSmoothing { get; init; } = 0.1;

    /// <summary>Steps over which the learning rate rises linearly before the cosine takes it down.</summary>
    public int WarmUpSteps { get; init; }

    /// <summary>Seeds the weights, the order of the images, the augmentation and dropout.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>How the images are varied.</summary>
    public AugmentationOptions Augmentation { get; init; } = new();

    /// <summary>What the layers compute in.</summary>
    public Precision Precision { get; init; }

    /// <summary>What gradients are rounded to on the way between the processes of a distributed training.</summary>
    public Precision Wire { get; init; }

    /// <summary>Whether batch norms take their statistics over the batches of all processes.</summary>
    public bool SynchronizeNorms { get; init; }

    /// <summary>Threads for torch on the CPU; as many as torch likes where 0.</summary>
    public int Threads { get; init; }

    /// <summary>"cpu" or "cuda"; where null, CUDA if there is any.</summary>
    public string? Device { get; init; }

    /// <summary>Whether torch computes with CUDA.</summary>
    [JsonIgnore]
    public bool OnCuda => Device is null ? torch.cuda.is_available() : Device == "cuda";

    /// <summary>Complains about the first option that is out of its range.</summary>
    /// <exception cref="UserErrorException">An option is out of range.</exception>
    public void Check()
    {
        Require(BatchSize >= 1, $"A batch has at least 1 image; got {BatchSize}.");
        Require(Accumulate >= 1, $"A batch is computed in at least 1 piece; got {Accumulate}.");
        Require(Steps > 0 || (Steps == 0 && Epochs > 0),
            $"Training takes at least 1 step; got {Steps} steps, {Epochs} epochs.");
        Require(
            double.IsFinite(LearningRate) && LearningRate > 0, $"The learning rate is positive; got {LearningRate}.");
        Require(
            double.IsFinite(WeightDecay) && WeightDecay >= 0, $"The weight decay is not negative; got {WeightDecay}.");
        Require(LabelSmoothing is >= 0 and < 1, $"The label smoothing is in [0, 1); got {LabelSmoothing}.");
        Require(WarmUpSteps >= 0, $"The warm-up has at least 0 steps; got {WarmUpSteps}.");
        Require(Wire != Precision.Fp16, "Gradients are exchanged in fp32 or bf16; got fp16.");
        Require(Threads >= 0, $"The number of threads is not negative; got {Threads}.");
        Require(Device is null or "cpu" or "cuda", $"The device is cpu or cuda; got {Device}.");
        Require(Device != "cuda" || torch.cuda.is_available(), "CUDA was requested, but torch finds no CUDA device.");
        Augmentation.Check();
    }

    /// <summary>The number of steps for a training set of a size.</summary>
    /// <exception cref="UserErrorException">An option is out of range, or the set does not fill one batch.</exception>
    public int StepsFor(int images)
    {
        Check();
        Require(images >= BatchSize, $"{images} training images do not fill one batch of {BatchSize}.");
        long steps = Steps > 0 ? Steps : (long)Epochs * (images / BatchSize);
        Require(steps <= int.MaxValue, $"Training takes at most {int.MaxValue} steps; got {steps} in {Epochs} epochs.");
        Require(
            WarmUpSteps == 0 || WarmUpSteps < steps,
            $"The warm-up ends before the last of {steps} steps; got {WarmUpSteps} steps of it.");
        return (int)steps;
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
            throw new UserErrorException(message);
    }
}
