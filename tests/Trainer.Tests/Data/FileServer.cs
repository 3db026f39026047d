using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SoftPool.Trainer.Tests.Data;

/// <summary>A web server on this machine that answers as a test wants it to, well or badly.</summary>
internal sealed class FileServer : IDisposable
{
    private readonly HttpListener _listener = new();

    public FileServer(string path)
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = new Uri($"http://localhost:{((IPEndPoint)probe.LocalEndpoint).Port}/{path}");
        }
        _listener.Prefixes.Add(Address.GetLeftPart(UriPartial.Authority) + "/");
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    public Uri Address { get; }

    public Action<HttpListenerContext> Answer { get; set; } = context => context.Response.Close();

    /// <summary>What each request so far had to say of the range it wants; null for nothing.</summary>
    public List<string?> Ranges { get; } = [];

    public void Dispose() => _listener.Close();

    /// <summary>Answers with the content, or with what the range asked for is of it; may hang up early.</summary>
    public static void Send(
        HttpListenerContext context, byte[] content, int? cut = null, bool ranges = true, bool chunked = false)
    {
        HttpListenerResponse response = context.Response;
        int start = 0;
        if (ranges && context.Request.Headers["Range"] is { } range)
        {
            start = int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
            bool has = start < content.Length;
            response.StatusCode = has ? 206 : 416;
            response.AddHeader(
                "Content-Range",
                has ? $"bytes {start}-{content.Length - 1}/{content.Length}" : $"bytes */{content.Length}");
            start = has ? start : content.Length;
        }
        response.SendChunked = chunked;
        if (!chunked)
            response.ContentLength64 = content.Length - start;
        response.OutputStream.Write(content, start, (cut ?? content.Length) - start);
        if (cut is null)
        {
            response.Close();
            return;
        }
        response.OutputStream.Flush();
        // Hanging up would drop what is still on its way.
        Thread.Sleep(200);
        response.Abort();
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                Ranges.Add(context.Request.Headers["Range"]);
                Answer(context);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The client has gone, or the server has been closed.
            }
        }
    }
}
