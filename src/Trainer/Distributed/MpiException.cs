namespace SoftPool.Trainer.Distributed;

/// <summary>MPI, or another process of a distributed training, failed.</summary>
/// <param name="message">One sentence, shown as it is.</param>
internal sealed class MpiException(string message) : Exception(message);
