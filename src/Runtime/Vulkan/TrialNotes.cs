namespace SoftPool.Vulkan;

/// <summary>Notes on disk of what is being tried, so that a kernel that hangs the device or ends the process is not
/// tried at every start. Each trial has a file of its own, which its process keeps locked: the system lets go of the
/// lock when the process ends, however it ends, so a note that is not locked was left over. Who ended the process in
/// the first seconds of a trial may have had another reason, as with Ctrl+C: then the kernel gets a second try.
///</summary>
/// <param name="prefix">What the paths of the files begin with: whose kernels they are.</param>
/// <param name="build">The build of the runtime: what another has left says nothing.</param>
internal sealed class TrialNotes(string prefix, string build)
{
    private const string Ending = ".trying";

    /// <summary>A note is locked within less than this after its file is made.</summary>
    private static readonly TimeSpan Unlocked = TimeSpan.FromSeconds(1);

    // What was left over by a first try: the file of each key.
    private readonly Dictionary<string, string> _suspected = [];

    /// <summary>Reads what earlier processes have left.</summary>
    /// <param name="isJudged">Whether there is a verdict on a key.</param>
    /// <param name="judge">Keeps the verdict on a key that was tried twice, or for long.</param>
    public void ReadLeftovers(Func<string, bool> isJudged, Action<string, string> judge)
    {
        try
        {
            string folder = Path.GetDirectoryName(prefix)!, beginning = $"{Path.GetFileName(prefix)}.";
            if (!Directory.Exists(folder))
                return;
            // Wine 8 finds nothing by a pattern with more in it.
            foreach (string path in Directory.EnumerateFiles(folder, $"*{Ending}"))
                if (Path.GetFileName(path).StartsWith(beginning, StringComparison.Ordinal))
                    ReadLeftover(path, isJudged, judge);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that cannot be listed keeps nothing.
        }
    }

    /// <summary>Notes a trial until it is disposed; null where nothing can be written.</summary>
    /// <param name="key">What is tried.</param>
    /// <param name="verdict">What is to be said of it if it does not end.</param>
    public TrialNote? Begin(string key, string verdict)
    {
        string? suspected;
        lock (_suspected)
            _suspected.Remove(key, out suspected);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(prefix)!);
            var note = new TrialNote(
                $"{prefix}.{Path.GetRandomFileName()}{Ending}",
                TextOf(key, verdict, isSecond: false), TextOf(key, verdict, isSecond: true),
                isSecond: suspected is not null);
            if (suspected is not null)
                Delete(suspected);
            return note;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Deletes a note; one that cannot be deleted now is read again at the next start.</summary>
    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process reads it.
        }
    }

    /// <summary>What a note says.</summary>
    internal string TextOf(string key, string verdict, bool isSecond) =>
        $"{build}\t{(isSecond ? 2 : 1)}\t{key}\t{verdict}";

    private void ReadLeftover(string path, Func<string, bool> isJudged, Action<string, string> judge)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            if (file.Length == 0 && File.GetLastWriteTimeUtc(path) > DateTime.UtcNow - Unlocked)
                return; // Its writer is about to lock it.
            using var reader = new StreamReader(file);
            if (reader.ReadToEnd().Split('\t') is [var by, var tries, var key, var verdict]
                && by == build && !isJudged(key))
            {
                if (tries == "1")
                {
                    lock (_suspected)
                        _suspected[key] = path;
                    return;
                }
                judge(key, verdict);
            }
            // Should another process open it before it is gone, it says nothing.
            file.SetLength(0);
            file.Dispose();
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its writer lives, or it is another user's. The others are read all the same.
        }
    }
}
