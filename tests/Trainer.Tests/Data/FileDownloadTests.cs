namespace SoftPool.Trainer.Tests.Data;

/// <summary>A file is fetched once, and a broken download goes on where it ended.</summary>
[TestClass]
public sealed class FileDownloadTests : FileDownloadFixture
{
    [TestMethod]
    public async Task A_file_is_fetched_once()
    {
        var progress = new Recorder();

        string path = await Fetch(progress: progress);

        Assert.AreEqual(Path.Combine(_folder, "set.tar.gz"), path);
        CheckWhole();
        Assert.AreEqual(1, progress.Values[^1]);
        CollectionAssert.AreEqual(progress.Values.Order().ToArray(), progress.Values);
        Assert.IsGreaterThan(3, progress.Values.Count);
        _server.Dispose();
        Assert.AreEqual(path, await Fetch());
        Assert.HasCount(1, _server.Ranges);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(123_456)]
    [DataRow(299_999)]
    public async Task A_broken_download_goes_on_where_it_ended(int cut)
    {
        _server.Answer = context => FileServer.Send(context, _content, cut);
        await CheckError(
            $"The download of URL broke off after {cut} of 300000 bytes; the same command continues from there.");
        CheckPart(cut);

        _server.Answer = context => FileServer.Send(context, _content);
        await Fetch();

        CheckWhole();
        CollectionAssert.AreEqual((string?[])[null, $"bytes={cut}-"], _server.Ranges);
    }

    [TestMethod]
    public async Task A_server_that_ignores_ranges_has_the_download_begin_anew()
    {
        WritePart(new byte[200_000]);
        _server.Answer = context => FileServer.Send(context, _content, ranges: false);

        await Fetch();

        CheckWhole();
    }

    [TestMethod]
    [DataRow(300_000, true)]
    [DataRow(300_001, false)]
    public async Task A_part_as_long_as_the_file_is_checked_and_a_longer_one_dropped(int length, bool kept)
    {
        WritePart([.. _content, .. new byte[length - 300_000]]);

        await Fetch();

        CheckWhole();
        Assert.HasCount(kept ? 0 : 1, _server.Ranges);
    }

    [TestMethod]
    public async Task A_server_that_does_not_tell_the_size_is_read_to_the_expected_one()
    {
        _server.Answer = context => FileServer.Send(context, _content, chunked: true);
        await Fetch();
        CheckWhole();
    }

    [TestMethod]
    public async Task Cancelling_keeps_the_part()
    {
        using var done = new ManualResetEventSlim();
        FallSilentAfter(100_000, done);
        using var cancel = new CancellationTokenSource();
        var progress = new Recorder(share =>
        {
            if (share >= 1 / 3.0)
                cancel.CancelAfter(1);
        });

        await Assert.ThrowsAsync<OperationCanceledException>(() => Fetch(progress, cancel.Token));

        done.Set();
        CheckPart(100_000);
    }

    [TestMethod]
    public async Task Two_downloads_at_once_do_not_mix()
    {
        Directory.CreateDirectory(_folder);
        using FileStream other = new(
            Path.Combine(_folder, "set.tar.gz.part"), FileMode.Create, FileAccess.Write, FileShare.None);

        await Assert.ThrowsAsync<IOException>(() => Fetch());

        Assert.IsEmpty(_server.Ranges);
        Assert.IsTrue(File.Exists(other.Name));
    }

    private sealed class Recorder(Action<double>? then = null) : IProgress<double>
    {
        public List<double> Values { get; } = [];

        public void Report(double value)
        {
            Values.Add(value);
            then?.Invoke(value);
        }
    }
}
