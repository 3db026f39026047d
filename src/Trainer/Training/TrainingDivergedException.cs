namespace SoftPool.Trainer.Training;

/// <summary>The loss is no finite number any more: going on would only spoil the weights.</summary>
internal sealed class TrainingDivergedException(int step, double loss, string? checkpoint = null)
    : Exception($"The loss of step {step} is {loss}: training has diverged. {checkpoint ?? "A lower learning rate may help."}")
{
    /// <summary>The step, counted from 1, whose loss is not finite.</summary>
    public int Step { get; } = step;

    /// <summary>That loss.</summary>
    public double Loss { get; } = loss;
}
