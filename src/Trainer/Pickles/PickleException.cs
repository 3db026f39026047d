namespace SoftPool.Trainer.Pickles;

/// <summary>A pickle is damaged, or holds what is not read as data. The message is a clause that names the byte: "at
/// byte 12 it names os.system".</summary>
internal sealed class PickleException(string message, Exception? inner = null) : Exception(message, inner);
