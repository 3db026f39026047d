using System.Security.Cryptography;
using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

/// <summary>A server with one file, and the folder that the file is fetched into.</summary>
public abstract class FileDownloadFixture : IDisposable
{
    private protected readonly byte[] _content = new byte[300_000];
    private protected readonly HttpClient _client = new();
    private protected readonly FileServer _server = new("some/set.tar.gz");
    private protected readonly string _folder =
        Path.Combine(Directory.CreateTempSubdirectory("softpool-download-").FullName, "softpool");

    protected FileDownloadFixture()
    {
        new Random(1).NextBytes(_content);
        _server.Answer = context => FileServer.Send(context, _content);
    }

    public void Dispose()
    {
        _server.Dispose();
        _client.Dispose();
        Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected FileDownload Wanted() => new(_server.Address, _content.Length, Md5(_content));

    private protected Task<string> Fetch(IProgress<double>? progress = null, CancellationToken cancel = default) =>
        Wanted().FetchAsync(_client, _folder, progress, cancel);

    private protected async Task CheckError(string message, FileDownload? file = null)
    {
        DatasetException e = await Assert.ThrowsExactlyAsync<DatasetException>(
            () => (file ?? Wanted()).FetchAsync(_client, _folder));
        Assert.AreEqual(message, e.Message.Replace(_server.Address.ToString(), "URL", StringComparison.Ordinal));
    }

    private protected void CheckWhole()
    {
        string path = Path.Combine(_folder, "set.tar.gz");
        CollectionAssert.AreEqual((string[])[path], Directory.GetFiles(_folder));
        CollectionAssert.AreEqual(_content, File.ReadAllBytes(path));
    }

    private protected void CheckPart(int length)
    {
        string path = Path.Combine(_folder, "set.tar.gz.part");
        CollectionAssert.AreEqual((string[])[path], Directory.GetFiles(_folder));
        CollectionAssert.AreEqual(_content[..length], File.ReadAllBytes(path));
    }

    /// <summary>Has the server send a part and nothing more until it is let go.</summary>
    private protected void FallSilentAfter(int bytes, ManualResetEventSlim done) => _server.Answer = context =>
    {
        context.Response.ContentLength64 = _content.Length;
        context.Response.OutputStream.Write(_content, 0, bytes);
        context.Response.OutputStream.Flush();
        done.Wait(TimeSpan.FromSeconds(30));
    };

    private protected void WritePart(byte[] content)
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllBytes(Path.Combine(_folder, "set.tar.gz.part"), content);
    }

#pragma warning disable CA5351 // MD5 is what is published.
    private protected static string Md5(byte[] content) => Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351
}
