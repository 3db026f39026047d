using System.Diagnostics;
using TorchSharp;

namespace SoftPool.Trainer.Training;

/// <summary>The parts of a training step.</summary>
internal enum StepPart
{
    /// <summary>Gathering the batch's images and labels.</summary>
    Data,

    /// <summary>Augmentation and preprocessing.</summary>
    Augment,

    /// <summary>The network and the loss.</summary>
    Forward,

    /// <summary>The gradients.</summary>
    Backward,

    /// <summary>Waiting for the gradients of other processes.</summary>
    Exchange,

    /// <summary>Adam.</summary>
    Optimizer,
}

/// <summary>Where the time of training steps goes.</summary>
internal sealed class StepTimes(bool onCuda)
{
    private readonly double[] _seconds = new double[Enum.GetValues<StepPart>().Length];
    private long _begin;

    /// <summary>All parts together, in seconds.</summary>
    public double Total => _seconds.Sum();

    /// <summary>How many steps were begun.</summary>
    public int Steps { get; private set; }

    /// <summary>Begins a step.</summary>
    public void Begin()
    {
        Steps++;
        _begin = Stopwatch.GetTimestamp();
    }

    /// <summary>Ends a part and begins the next.</summary>
    public void End(StepPart part)
    {
        // Without it, CUDA's work would be counted where it is waited for.
        if (onCuda)
            torch.cuda.synchronize();
        long now = Stopwatch.GetTimestamp();
        _seconds[(int)part] += Stopwatch.GetElapsedTime(_begin, now).TotalSeconds;
        _begin = now;
    }

    /// <summary>For instance "data 0 %, augment 6 %, forward 33 %, backward 57 %, optimizer 4 %".</summary>
    public override string ToString() => string.Join(
        ", ", Enum.GetValues<StepPart>().Where(part => part != StepPart.Exchange || _seconds[(int)part] > 0).Select(
            part => $"{part.ToString().ToLowerInvariant()} {_seconds[(int)part] / Total:P1}"));

    /// <summary>The seconds of a part.</summary>
    public double Of(StepPart part) => _seconds[(int)part];
}
