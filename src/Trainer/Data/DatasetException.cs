namespace SoftPool.Trainer.Data;

/// <summary>A data set cannot be read. The message is one sentence for the user and names the path.</summary>
internal sealed class DatasetException(string message, Exception? inner = null) : Exception(message, inner);
