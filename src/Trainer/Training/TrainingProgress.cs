namespace SoftPool.Trainer.Training;

/// <summary>Where a training stands after a step.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">The loss of the step's batch.</param>
/// <param name="Accuracy">The part of right answers in training, over the latest steps, in [0, 1].</param>
/// <param name="ImagesPerSecond">Since the training began, without its first step.</param>
internal readonly record struct TrainingProgress(
    int Step, int Steps, double Loss, double Accuracy, double ImagesPerSecond);

/// <summary>What a network makes of a set of images.</summary>
/// <param name="Accuracy">The part of right answers, in [0, 1].</param>
/// <param name="Loss">The mean cross-entropy, without label smoothing.</param>
internal readonly record struct Evaluation(double Accuracy, double Loss);
