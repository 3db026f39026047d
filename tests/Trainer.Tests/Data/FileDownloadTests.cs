using System.Security.Cryptography;
using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

[TestClass]
public sealed class FileDownloadTests : IDisposable
{
    private readonly byte[] _content = new byte[300_000];
    private readonly HttpClient _client = new();
    private readonly FileServer _server = new("some/set.tar.gz");
    private readonly string _folder =
        Path.Combine(Directory.CreateTempSubdirectory("softpool-download-").FullName, "softpool");

    public FileDownloadTests()
    {
        new Random(1).NextBytes(_content);
        _server.Answer = context => FileServer.Send(context, _content);
    }

    public void Dispose()
    {
        _server.Dispose();
        _client.Dispose();
        Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
    }

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
        await CheckError($"The download of URL broke off after {cut} of 300000 bytes; the same command goes on from there.");
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
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_file_with_another_checksum_is_removed(bool alreadyThere)
    {
        byte[] other = [.. _content];
        other[150_000] ^= 1;
        _server.Answer = context => FileServer.Send(context, other);
        if (alreadyThere)
        {
            Directory.CreateDirectory(_folder);
            File.WriteAllBytes(Path.Combine(_folder, "set.tar.gz"), other);
        }

        string file = Path.Combine(_folder, alreadyThere ? "set.tar.gz" : "set.tar.gz.part");
        await CheckError($"{file} has the md5 {Md5(other)}; {Md5(_content)} is expected. It has been removed: try again.");

        Assert.IsEmpty(Directory.GetFiles(_folder));
    }

    [TestMethod]
    [DataRow(0, 299_999)]
    [DataRow(0, 300_001)]
    [DataRow(100, 400_000)]
    [DataRow(100, 50)]
    public async Task Another_size_on_the_server_is_named_and_nothing_taken(int before, int length)
    {
        if (before > 0)
            WritePart(_content[..before]);
        _server.Answer = context => FileServer.Send(context, new byte[length]);

        await CheckError($"URL has {length} bytes on the server; 300000 are expected.");

        if (before > 0)
            CheckPart(before);
        else
            Assert.IsEmpty(Directory.GetFiles(_folder));
    }

    [TestMethod]
    public async Task A_server_that_does_not_tell_the_size_is_read_to_the_expected_one()
    {
        _server.Answer = context => FileServer.Send(context, _content, chunked: true);
        await Fetch();
        CheckWhole();
    }

    [TestMethod]
    public async Task A_page_of_unknown_length_in_place_of_the_rest_leaves_the_part()
    {
        WritePart(_content[..200_000]);
        _server.Answer = context => FileServer.Send(context, "<html>log in first</html>"u8.ToArray(), ranges: false, chunked: true);

        await CheckError("URL came from its beginning and without its length; what has come so far is kept: try again later.");

        CheckPart(200_000);
    }

    [TestMethod]
    [DataRow(404, "Not Found")]
    [DataRow(503, "Service Unavailable")]
    public async Task A_refusal_is_named_and_the_part_kept(int status, string reason)
    {
        WritePart(_content[..1000]);
        _server.Answer = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Close("<html>sorry</html>"u8.ToArray(), willBlock: true);
        };

        await CheckError($"URL cannot be downloaded: the server says {status} {reason}.");

        CheckPart(1000);
    }

    [TestMethod]
    public async Task Another_range_than_the_one_asked_for_is_named()
    {
        WritePart(_content[..1000]);
        _server.Answer = context =>
        {
            context.Response.StatusCode = 206;
            context.Response.AddHeader("Content-Range", "bytes 900-299999/300000");
            context.Response.Close(_content[900..], willBlock: true);
        };

        await CheckError("URL came from byte 900; byte 1000 was asked for.");

        CheckPart(1000);
    }

    [TestMethod]
    public async Task No_server_and_no_network_are_named()
    {
        _server.Dispose();
        await CheckError("URL cannot be reached: Connection refused.");
        Assert.IsEmpty(Directory.GetFiles(_folder));

        using var client = new HttpClient(new NoNetwork());
        DatasetException e = await Assert.ThrowsExactlyAsync<DatasetException>(
            () => Wanted().FetchAsync(client, _folder));
        Assert.AreEqual($"{_server.Address} cannot be reached: Name or service not known.", e.Message);
    }

    /// <summary>Has the server send a part and nothing more until it is let go.</summary>
    private void FallSilentAfter(int bytes, ManualResetEventSlim done) => _server.Answer = context =>
    {
        context.Response.ContentLength64 = _content.Length;
        context.Response.OutputStream.Write(_content, 0, bytes);
        context.Response.OutputStream.Flush();
        done.Wait(TimeSpan.FromSeconds(30));
    };

    [TestMethod]
    public async Task A_server_that_falls_silent_is_not_waited_for()
    {
        using var done = new ManualResetEventSlim();
        FallSilentAfter(100_000, done);

        await CheckError(
            "The download of URL broke off after 100000 of 300000 bytes; the same command goes on from there.",
            Wanted() with { Patience = TimeSpan.FromSeconds(0.5) });

        done.Set();
        CheckPart(100_000);
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

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void The_cache_is_where_the_user_wants_it()
    {
        string? before = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        string usual = Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "softpool");
        try
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", "/some/where");
            Assert.AreEqual("/some/where/softpool", UserCache.Folder);
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", "not/rooted");
            Assert.AreEqual(usual, UserCache.Folder);
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", null);
            Assert.AreEqual(usual, UserCache.Folder);
        }
        finally
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", before);
        }
    }

    private FileDownload Wanted() => new(_server.Address, _content.Length, Md5(_content));

    private Task<string> Fetch(IProgress<double>? progress = null, CancellationToken cancel = default) =>
        Wanted().FetchAsync(_client, _folder, progress, cancel);

    private async Task CheckError(string message, FileDownload? file = null)
    {
        DatasetException e = await Assert.ThrowsExactlyAsync<DatasetException>(
            () => (file ?? Wanted()).FetchAsync(_client, _folder));
        Assert.AreEqual(message, e.Message.Replace(_server.Address.ToString(), "URL", StringComparison.Ordinal));
    }

    private void CheckWhole()
    {
        string path = Path.Combine(_folder, "set.tar.gz");
        CollectionAssert.AreEqual((string[])[path], Directory.GetFiles(_folder));
        CollectionAssert.AreEqual(_content, File.ReadAllBytes(path));
    }

    private void CheckPart(int length)
    {
        string path = Path.Combine(_folder, "set.tar.gz.part");
        CollectionAssert.AreEqual((string[])[path], Directory.GetFiles(_folder));
        CollectionAssert.AreEqual(_content[..length], File.ReadAllBytes(path));
    }

    private void WritePart(byte[] content)
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllBytes(Path.Combine(_folder, "set.tar.gz.part"), content);
    }

#pragma warning disable CA5351 // MD5 is what is published.
    private static string Md5(byte[] content) => Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351

    private sealed class NoNetwork : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel) =>
            throw new HttpRequestException(
                HttpRequestError.NameResolutionError, "An error", new IOException("Name or service not known"));
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
