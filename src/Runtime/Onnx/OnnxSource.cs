namespace SoftPool.Onnx;

/// <summary>A file's bytes at any place, read as asked for; and the name and folder that go with them.</summary>
internal sealed class OnnxSource : IDisposable
{
    /// <summary>What is read into memory of a stream that cannot seek.</summary>
    private const long LargestCopy = 1L << 30;

    private readonly Stream _stream;
    private readonly long _begin;
    private readonly Lock _lock = new();

    private OnnxSource(Stream stream, string name, string? folder)
    {
        (_stream, _begin, Length, Name, Folder) =
            (stream, stream.Position, stream.Length - stream.Position, name, folder);
    }

    public long Length { get; }

    public string Name { get; }

    /// <summary>Where external data may lie; null of a stream.</summary>
    public string? Folder { get; }

    /// <summary>Takes the stream over.</summary>
    public static OnnxSource Of(Stream stream, string name, string? folder, long largestCopy = LargestCopy)
    {
        if (stream.CanSeek)
            return new OnnxSource(stream, name, folder);
        using (stream)
        {
            var copy = new MemoryStream();
            var piece = new byte[1 << 16];
            for (int read; (read = stream.Read(piece)) > 0;)
            {
                if (copy.Length + read > largestCopy)
                    throw new ModelFormatException(
                        $"{name} is too long a stream: of one that cannot seek, at most {largestCopy} bytes are read.");
                copy.Write(piece, 0, read);
            }
            copy.Position = 0;
            return new OnnxSource(copy, name, folder);
        }
    }

    /// <summary>Fills the bytes from a place that lies within the length.</summary>
    public void Read(long offset, Span<byte> bytes)
    {
        lock (_lock)
        {
            _stream.Position = _begin + offset;
            if (_stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
                throw Invalid(offset, $"{bytes.Length} bytes were expected, and the file has become shorter");
        }
    }

    public ModelFormatException Invalid(long offset, string why) =>
        new($"{Files.Excerpt.Of(Name)} is no valid ONNX model: at byte {offset}, {Files.Excerpt.Of(why)}.");

    public void Dispose() => _stream.Dispose();
}
