namespace SoftPool.Trainer;

/// <summary>The user asked for something that cannot be done.</summary>
/// <param name="message">One sentence, shown as it is; with details it ends with a colon.</param>
/// <param name="details">What it is about, a line each; null for nothing more.</param>
internal sealed class UserErrorException(string message, IReadOnlyList<string>? details = null) : Exception(message)
{
    /// <summary>The lines to show below the message.</summary>
    public IReadOnlyList<string> Details => details ?? [];
}
