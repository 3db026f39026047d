namespace SoftPool.Trainer.Training;

/// <summary>A loss or a weight is no finite number any more: going on would only spoil what is saved.</summary>
/// <param name="what">What is not finite, for instance "The loss of step 3 is NaN".</param>
/// <param name="advice">What can be done about it.</param>
internal sealed class TrainingDivergedException(string what, string advice = "A lower learning rate may help.")
    : Exception($"{what}: training has diverged. {advice}")
{
    /// <summary>What is not finite.</summary>
    public string What { get; } = what;
}
