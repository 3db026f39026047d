using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;

namespace SoftPool.Trainer.Data;

/// <summary>A published file of known length and checksum, fetched once and kept.</summary>
internal sealed record FileDownload(Uri Address, long Length, string Md5)
{
    /// <summary>How long the server may send nothing before that counts as a broken connection.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Where the file lies in a folder that it is downloaded into.</summary>
    public string PathIn(string folder) => Path.Combine(folder, Path.GetFileName(Address.LocalPath));

    /// <summary>
    /// Downloads the file into a folder, unless it is there, and checks it. What has come of it lies beside under the
    /// ending .part, from where the next call goes on; the file itself is there whole or not at all.
    /// </summary>
    /// <returns>The file's path.</returns>
    /// <exception cref="DatasetException">The network, the server or what it sent is at fault: the message says
    /// how.</exception>
    /// <exception cref="IOException">The folder cannot be written, or another process downloads the file.</exception>
    public async Task<string> FetchAsync(
        HttpClient client, string folder, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        string path = PathIn(folder), part = $"{path}.part";
        // Checked each time, since a disk may fail after the download.
        if (File.Exists(path))
            await CheckAsync(path, cancel);
        else
        {
            Directory.CreateDirectory(folder);
            // For this process alone: two downloads at once would mix.
            var file = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            try
            {
                await CompleteAsync(client, file, progress, cancel);
            }
            finally
            {
                bool nothing = file.Length == 0;
                await file.DisposeAsync();
                if (nothing)
                    File.Delete(part);
            }
            await CheckAsync(part, cancel);
            File.Move(part, path);
        }
        progress?.Report(1);
        return path;
    }

    private async Task CompleteAsync(
        HttpClient client, FileStream file, IProgress<double>? progress, CancellationToken cancel)
    {
        if (file.Length > Length)
            file.SetLength(0);
        if (file.Length == Length)
            return;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using HttpResponseMessage response = await GuardAsync(
            file, patience, () => AskAsync(client, file.Length, patience.Token), cancel);
        // A server that does not know ranges sends the whole, and then what came before is worth nothing.
        if (response.StatusCode == HttpStatusCode.OK)
            file.SetLength(0);
        file.Position = file.Length;
        await using Stream content = await response.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[1 << 16];
        while (file.Position < Length)
        {
            int most = (int)Math.Min(buffer.Length, Length - file.Position);
            int read = await GuardAsync(
                file, patience, () => content.ReadAsync(buffer.AsMemory(0, most), patience.Token).AsTask(), cancel);
            if (read == 0)
                throw BrokenOff(file);
            await file.WriteAsync(buffer.AsMemory(0, read), cancel);
            progress?.Report((double)file.Position / Length);
        }
    }

    /// <summary>Asks for what is left from an offset on, and holds the answer against what is known of the
    /// file.</summary>
    private async Task<HttpResponseMessage> AskAsync(HttpClient client, long offset, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address);
        if (offset > 0)
            request.Headers.Range = new(offset, null);
        HttpResponseMessage response = await client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, cancel);
        long? length = response.Content.Headers.ContentRange?.Length
            ?? (response.StatusCode == HttpStatusCode.OK ? response.Content.Headers.ContentLength : null);
        string? complaint =
            length is not null && length != Length
                ? $"{Address} has {length} bytes on the server; {Length} are expected."
            // What comes whole where the rest was asked for may be some proxy's page, and is to take the place of what
            // is here.
            : response.StatusCode == HttpStatusCode.OK && length is null && offset > 0
                ? $"{Address} was sent from its beginning and without its length; the part received before is "
                + "kept: try again later."
            : response.StatusCode == HttpStatusCode.OK ? null
            : response.StatusCode != HttpStatusCode.PartialContent
                ? $"{Address} cannot be downloaded: the server says {(int)response.StatusCode} {response.ReasonPhrase}."
            : response.Content.Headers.ContentRange?.From != offset
                ? $"{Address} was sent from byte {response.Content.Headers.ContentRange?.From}; byte "
                + $"{offset} was requested."
            : null;
        if (complaint is null)
            return response;
        response.Dispose();
        throw new DatasetException(complaint);
    }

    /// <summary>Turns each way in which a network can fail into one sentence.</summary>
    private async Task<T> GuardAsync<T>(
        FileStream file, CancellationTokenSource patience, Func<Task<T>> exchange, CancellationToken cancel)
    {
        try
        {
            patience.CancelAfter(Patience);
            return await exchange();
        }
        // What goes wrong before there is an answer: no network, no such host, no trust in its certificate.
        catch (HttpRequestException e) when (e.HttpRequestError != HttpRequestError.ResponseEnded)
        {
            throw new DatasetException($"{Address} cannot be reached: {e.GetBaseException().Message.TrimEnd('.')}.", e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException
                                      || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw BrokenOff(file, e);
        }
    }

    private DatasetException BrokenOff(FileStream file, Exception? inner = null) => new(
        $"The download of {Address} broke off after {file.Length} of {Length} bytes; the same command "
        + "continues from there.",
        inner);

    [SuppressMessage("Security", "CA5351", Justification = "MD5 is what is published; it finds damage, not malice.")]
    private async Task CheckAsync(string path, CancellationToken cancel)
    {
        string md5;
        await using (FileStream file = File.OpenRead(path))
            md5 = Convert.ToHexStringLower(await MD5.HashDataAsync(file, cancel));
        if (md5 == Md5)
            return;
        File.Delete(path);
        throw new DatasetException($"{path} has the md5 {md5}; {Md5} is expected. It has been removed: try again.");
    }
}
