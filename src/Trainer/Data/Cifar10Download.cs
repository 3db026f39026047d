namespace SoftPool.Trainer.Data;

/// <summary>The published archive of CIFAR-10.</summary>
internal static class Cifar10Download
{
    private static readonly FileDownload Published = new(
        new Uri("https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"),
        170_498_071, "c58f30108f718f92721af3b95e74349a");

    /// <summary>Whether it has been downloaded, and whole.</summary>
    public static bool IsHere => File.Exists(Published.PathIn(UserCache.Folder));

    /// <summary>Downloads it to the user's cache, unless it is there, or finishes a download that was broken
    /// off.</summary>
    /// <param name="progress">Told the fraction done, in [0, 1] and rising.</param>
    /// <param name="cancel">Gives up and keeps what has come, for the next time.</param>
    /// <returns>The archive's path.</returns>
    /// <exception cref="DatasetException">It cannot be had: the message says why.</exception>
    /// <exception cref="IOException">The cache cannot be written.</exception>
    public static string Fetch(IProgress<double> progress, CancellationToken cancel)
    {
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        return Published.FetchAsync(client, UserCache.Folder, progress, cancel).GetAwaiter().GetResult();
    }
}
