using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SoftPool.Files;

/// <summary>Tensors and strings by name in one file, in the safetensors format: eight bytes with the length of a JSON
/// header, the header, the data. PyTorch and all other readers of safetensors can open it. The dtypes F32, F16, BF16
/// and F64 are read, and become 32-bit floats; a finite F64 number beyond the largest of them is refused. A scalar I64
/// tensor num_batches_tracked, which PyTorch saves for batch norms, is ignored. Other integer tensors, shapes that are
/// not valid for <see cref="TensorShape"/> (such as tensors without elements), and headers of more than 4 MiB are
/// refused.</summary>
/// <param name="Tensors">The tensors by name, in the order of their data in the file.</param>
/// <param name="Metadata">The strings under __metadata__ in the header.</param>
public sealed record SafetensorsFile(
    IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Room for 25,000 tensors. The format itself allows 100 MB, but JSON grows up to fifteen times where it
    /// is parsed, and a hostile file shall not take that.</summary>
    private const uint LargestHeader = 4 << 20;

    private const string MetadataKey = "__metadata__";

    /// <summary>A quote as two characters, not as six that no web page needs here: the metadata is JSON full of
    /// them.</summary>
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a file. The lengths in the file are checked before memory is allocated for them.</summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="ModelFormatException">The file is incomplete, is not valid safetensors, or contains a tensor
    /// that is not supported.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    public static SafetensorsFile Read(string path)
    {
        if (Directory.Exists(path))
            throw new ModelFormatException($"{path} is a folder; a safetensors file is expected.");
        using FileStream file = File.OpenRead(path);
        return Read(file, Path.GetFileName(path));
    }

    /// <summary>The same from a stream, under the name that complaints shall give it.</summary>
    internal static SafetensorsFile Read(Stream file, string name) => new Reader(file, name).Read();

    /// <summary>Writes the file, either completely or not at all. All tensors are written as F32.</summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="ArgumentException">A tensor is named __metadata__, a name that the format reserves.</exception>
    /// <exception cref="ModelFormatException">The header would be longer than 4 MiB, which <see cref="Read(string)"/>
    /// refuses.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    public void Write(string path) => WholeFile.Write(path, Write);

    /// <summary>The same to a stream.</summary>
    internal void Write(Stream file)
    {
        byte[] header = Header();
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        file.Write(length);
        file.Write(header);
        foreach (Tensor tensor in Tensors.Values)
            file.Write(MemoryMarshal.AsBytes(tensor.Data.Span));
    }

    private byte[] Header()
    {
        if (Tensors.ContainsKey(MetadataKey))
            throw new ArgumentException($"No tensor may be named {MetadataKey}.");
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Writing))
        {
            json.WriteStartObject();
            json.WriteStartObject(MetadataKey);
            foreach ((string key, string value) in Metadata)
                json.WriteString(key, value);
            json.WriteEndObject();
            long offset = 0;
            foreach ((string name, Tensor tensor) in Tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                foreach (int extent in tensor.Shape.Extents)
                    json.WriteNumberValue(extent);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += (long)tensor.Data.Length * sizeof(float));
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        // Spaces up to a multiple of eight, so that the tensors lie aligned in a mapped file.
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        return buffer.Length <= LargestHeader
            ? buffer.ToArray()
            : throw new ModelFormatException(
                $"A header of {buffer.Length} bytes cannot be written: at most {LargestHeader} are read back.");
    }

    /// <summary>One reading of one file; holds what every complaint needs to name.</summary>
    private sealed class Reader(Stream file, string name)
    {
        /// <summary>The elements for which there is memory before they come.</summary>
        private const int GrowingFrom = 1 << 20;

        /// <summary>What PyTorch's batch norm counts in training.</summary>
        private const string Counter = "num_batches_tracked";

        /// <summary>From where the stream stands to its end, in bytes; null where that is not known.</summary>
        private readonly long? _length = file.CanSeek ? file.Length - file.Position : null;

        // A Dtype of null is that of a counter, which is passed over.
        private sealed record Entry(string Name, TensorShape Shape, string? Dtype, long Begin, long End)
        {
            public long ByteCount =>
                Dtype is null ? sizeof(long) : (long)Shape.ElementCount * FloatEncoding.WidthOf(Dtype);
        }

        public SafetensorsFile Read()
        {
            byte[] header = ReadHeader();
            (List<Entry> entries, Dictionary<string, string> metadata) = ParseHeader(header);
            entries.Sort((left, right) => left.Begin.CompareTo(right.Begin));
            CheckLayout(entries, _length - sizeof(long) - header.Length);

            // The file stands at the first tensor, and each begins where the one before it ends.
            var tensors = new Dictionary<string, Tensor>();
            foreach (Entry entry in entries)
                if (entry.Dtype is { } dtype)
                    tensors.Add(entry.Name, new Tensor(entry.Shape, ReadTensor(entry, dtype)));
                else
                    PassOver(entry);
            if (_length is null && file.ReadByte() >= 0)
                throw Invalid(
                    $"its tensors take {(entries.Count == 0 ? 0 : entries[^1].End)} bytes, but it holds more");
            return new SafetensorsFile(tensors, metadata);
        }

        private byte[] ReadHeader()
        {
            Span<byte> prefix = stackalloc byte[sizeof(long)];
            int there = file.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false);
            ulong length = there < prefix.Length ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            ulong? room = (ulong?)(_length - prefix.Length);
            if (length < 2 || length > Math.Min(LargestHeader, room ?? LargestHeader))
                RefuseForeign(prefix[..there]);
            if (there < prefix.Length)
                throw Invalid($"it has {there} bytes; a safetensors file has at least 8");
            if (length < 2 || length > room)
                throw Invalid(
                    $"its header claims {length} bytes{(_length is null ? "" : $", in a file of {_length}")}");
            if (length > LargestHeader)
                throw Invalid($"its header has {length} bytes; at most {LargestHeader} are read");
            var header = new byte[length];
            there = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            if (there < header.Length)
                throw Invalid($"its header claims {length} bytes, in a file of {prefix.Length + there}");
            if (header[0] != '{')
                throw Invalid("its header does not begin with {");
            return header;
        }

        /// <summary>Throws where the file is another program's. None of theirs begins with a length that a header may
        /// have.</summary>
        private void RefuseForeign(ReadOnlySpan<byte> prefix)
        {
            Span<byte> start = stackalloc byte[ForeignFormat.Looked];
            prefix.CopyTo(start);
            int read = file.ReadAtLeast(
                start[prefix.Length..], start.Length - prefix.Length, throwOnEndOfStream: false);
            if (ForeignFormat.Of(start[..(prefix.Length + read)]) is { } other)
                throw new ModelFormatException(
                    $"{name} is {other}, not a SoftPool model file; {ForeignFormat.AdviceFor(other)}.");
        }

        /// <summary>Reads a tensor. What a pipe holds is not known beforehand: memory grows there as data
        /// comes.</summary>
        private float[] ReadTensor(Entry entry, string dtype)
        {
            int count = entry.Shape.ElementCount, read = 0;
            float[] data = GC.AllocateUninitializedArray<float>(_length is null ? Math.Min(count, GrowingFrom) : count);
            while (true)
            {
                Span<float> rest = data.AsSpan(read);
                ReadFloats(rest, entry, dtype, entry.Begin + (long)read * FloatEncoding.WidthOf(dtype));
                read = data.Length;
                if (read == count)
                    return data;
                Array.Resize(ref data, (int)Math.Min(count, 2L * read));
            }
        }

        private void ReadFloats(Span<float> floats, Entry entry, string dtype, long begin)
        {
            if (dtype != "F64")
            {
                Fill(FloatEncoding.StoredIn(floats, dtype), entry, begin);
                FloatEncoding.Widen(floats, dtype);
                return;
            }
            var wide = new double[Math.Min(floats.Length, 1 << 13)];
            for (int done = 0; done < floats.Length;)
            {
                Span<double> part = wide.AsSpan(0, Math.Min(wide.Length, floats.Length - done));
                Fill(MemoryMarshal.AsBytes(part), entry, begin + (long)done * sizeof(double));
                foreach (double number in part)
                {
                    floats[done] = (float)number;
                    if (float.IsInfinity(floats[done++]) && double.IsFinite(number))
                        throw Invalid(string.Create(
                            CultureInfo.InvariantCulture,
                            $"its tensor {entry.Name} holds {number}, which no 32-bit float can"));
                }
            }
        }

        private void PassOver(Entry entry)
        {
            Span<byte> counter = stackalloc byte[sizeof(long)];
            Fill(counter, entry, entry.Begin);
        }

        private void Fill(Span<byte> bytes, Entry entry, long begin)
        {
            int there = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (there < bytes.Length)
                throw Invalid($"its tensor {entry.Name} ends at byte {entry.End}, but it holds {begin + there}");
        }

        private (List<Entry>, Dictionary<string, string>) ParseHeader(byte[] header)
        {
            var entries = new List<Entry>();
            var metadata = new Dictionary<string, string>();
            try
            {
                var options = new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false };
                using JsonDocument document = JsonDocument.Parse(header, options);
                foreach (JsonProperty property in document.RootElement.EnumerateObject())
                {
                    if (property.NameEquals(MetadataKey))
                        foreach (JsonProperty item in property.Value.EnumerateObject())
                            metadata.Add(item.Name, item.Value.GetString()
                                ?? throw Invalid($"{item.Name} of its {MetadataKey} is null; text is expected"));
                    else
                        entries.Add(ParseEntry(property.Name, property.Value));
                }
            }
            // What JsonDocument throws for text that is no JSON, and for a value of another kind than expected.
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException
                                          or FormatException)
            {
                throw Invalid($"its header is malformed ({e.Message.TrimEnd('.')})", e);
            }
            return (entries, metadata);
        }

        private Entry ParseEntry(string tensor, JsonElement element)
        {
            string? dtype = element.GetProperty("dtype").GetString();
            bool isCounter = dtype == "I64"
                && (tensor == Counter || tensor.EndsWith($".{Counter}", StringComparison.Ordinal));
            if (!isCounter && FloatEncoding.WidthOf(dtype) == 0)
                throw Invalid($"tensor {tensor} is of dtype {dtype}; F32, F16, BF16 or F64 is expected");
            TensorShape shape;
            try
            {
                shape = new TensorShape(
                    [.. element.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt32())]);
            }
            catch (ShapeMismatchException e)
            {
                throw Invalid($"tensor {tensor} has no valid shape ({e.Message.TrimEnd('.')})", e);
            }
            if (isCounter && shape.ElementCount != 1)
                throw Invalid($"tensor {tensor} is of dtype I64 and shape {shape}; a scalar is expected");
            JsonElement offsets = element.GetProperty("data_offsets");
            if (offsets.GetArrayLength() != 2)
                throw Invalid($"tensor {tensor} has {offsets.GetArrayLength()} data_offsets; 2 are expected");
            return new Entry(tensor, shape, isCounter ? null : dtype, offsets[0].GetInt64(), offsets[1].GetInt64());
        }

        /// <summary>The tensors, by where they begin, must fill the data exactly: no overlap, no hole, nothing behind
        /// them.</summary>
        private void CheckLayout(List<Entry> entries, long? dataLength)
        {
            long expected = 0;
            foreach (Entry entry in entries)
            {
                if (entry.Begin != expected || entry.End - entry.Begin != entry.ByteCount)
                    throw Invalid(
                        $"tensor {entry.Name} ({entry.Shape}) lies at bytes {entry.Begin} to {entry.End}; "
                        + $"it should lie at {expected} to {expected + entry.ByteCount}");
                expected = entry.End;
            }
            if (dataLength is not null && expected != dataLength)
                throw Invalid($"its tensors take {expected} bytes, but it holds {dataLength}");
        }

        private ModelFormatException Invalid(string why, Exception? inner = null) =>
            new($"{name} is no valid safetensors file: {Excerpt.Of(why)}.", inner);
    }
}
