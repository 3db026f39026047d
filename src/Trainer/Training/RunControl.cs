using SoftPool.Trainer.Distributed;

namespace SoftPool.Trainer.Training;

/// <summary>How a training runs, which has no part in what comes of it.</summary>
/// <param name="Processes">The processes that train together; null if there is one.</param>
/// <param name="CheckpointEvery">How often a checkpoint is written beside those of the epochs' ends; null for no
/// more.</param>
/// <param name="Profile">Whether to tell in the end where the time went.</param>
internal sealed record RunControl(
    Communicator? Processes = null, TimeSpan? CheckpointEvery = null, bool Profile = false);
