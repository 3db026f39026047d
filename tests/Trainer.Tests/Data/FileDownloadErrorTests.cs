using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

/// <summary>A download that fails: the message says why, and what came so far is kept where it is of use.</summary>
[TestClass]
public sealed class FileDownloadErrorTests : FileDownloadFixture
{
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
        await CheckError(
            $"{file} has the md5 {Md5(other)}; {Md5(_content)} is expected. It has been removed: try again.");

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
    public async Task A_page_of_unknown_length_in_place_of_the_rest_leaves_the_part()
    {
        WritePart(_content[..200_000]);
        _server.Answer = context =>
            FileServer.Send(context, "<html>log in first</html>"u8.ToArray(), ranges: false, chunked: true);

        await CheckError("URL was sent from its beginning and without its length; the part received before is "
            + "kept: try again later.");

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

        await CheckError("URL was sent from byte 900; byte 1000 was requested.");

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

    [TestMethod]
    public async Task A_server_that_falls_silent_is_not_waited_for()
    {
        using var done = new ManualResetEventSlim();
        FallSilentAfter(100_000, done);

        await CheckError(
            "The download of URL broke off after 100000 of 300000 bytes; the same command continues from there.",
            Wanted() with { Patience = TimeSpan.FromSeconds(0.5) });

        done.Set();
        CheckPart(100_000);
    }

    private sealed class NoNetwork : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel) =>
            throw new HttpRequestException(
                HttpRequestError.NameResolutionError, "An error", new IOException("Name or service not known"));
    }
}
