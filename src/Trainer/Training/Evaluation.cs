namespace SoftPool.Trainer.Training;

/// <summary>What a network makes of a set of images.</summary>
/// <param name="Accuracy">The part of right answers, in [0, 1].</param>
/// <param name="Loss">The mean cross-entropy, with the training's label smoothing.</param>
internal readonly record struct Evaluation(double Accuracy, double Loss);
