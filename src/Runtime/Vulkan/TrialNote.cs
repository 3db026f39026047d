using System.Text;

namespace SoftPool.Vulkan;

/// <summary>The file that says what is being tried: locked while the trial lasts, gone afterwards.</summary>
internal sealed class TrialNote : IDisposable
{
    /// <summary>A trial that takes this long was not ended in haste.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly FileStream _file;
    private readonly Timer? _timer;
    private bool _left;

    /// <param name="path">The file.</param>
    /// <param name="first">What it says at first.</param>
    /// <param name="second">What it says of what was tried before, or for long; as many characters.</param>
    /// <param name="isSecond">Whether it was tried before.</param>
    public TrialNote(string path, string first, string second, bool isSecond)
    {
        _path = path;
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        try
        {
            Write(isSecond ? second : first);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
        if (!isSecond)
            _timer = new Timer(_ => WriteIfOpen(second), null, Long, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Has the file stay when this is disposed.</summary>
    public void Leave() => _left = true;

    public void Dispose()
    {
        _timer?.Dispose();
        try
        {
            lock (_file)
            {
                // Between the end of the lock and that of the file, it says nothing.
                if (!_left)
                    _file.SetLength(0);
                _file.Dispose();
            }
            if (!_left)
                File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be deleted now gives the kernel a second try.
        }
    }

    private void WriteIfOpen(string text)
    {
        try
        {
            lock (_file)
                if (_file.CanWrite)
                    Write(text);
        }
        catch (IOException)
        {
            // Then it stays a first try.
        }
    }

    /// <summary>Writes to the disk itself: a hanging device may bring the machine to a stop.</summary>
    private void Write(string text)
    {
        _file.Position = 0;
        _file.Write(Encoding.UTF8.GetBytes(text));
        _file.Flush(flushToDisk: true);
    }
}
