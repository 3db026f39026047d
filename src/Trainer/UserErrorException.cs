namespace SoftPool.Trainer;

/// <summary>The user asked for something that cannot be done. The message is one sentence, shown as it is.</summary>
internal sealed class UserErrorException(string message) : Exception(message);
