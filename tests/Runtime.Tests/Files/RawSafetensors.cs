using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SoftPool.Runtime.Tests.Files;

/// <summary>The safetensors format once more, as short as can be: what the reader and writer under test are checked
/// against.</summary>
internal static class RawSafetensors
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A file of any header, valid or not, and as many bytes of zeros as asked for.</summary>
    public static byte[] Build(string header, int dataBytes) => Build(header, new byte[dataBytes]);

    public static byte[] Build(string header, ReadOnlySpan<byte> data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        return [.. length, .. json, .. data];
    }

    /// <summary>The header, and the data behind it.</summary>
    public static (JsonElement Header, byte[] Data) Split(byte[] file)
    {
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        using JsonDocument header = JsonDocument.Parse(file.AsMemory(8, length));
        return (header.RootElement.Clone(), file[(8 + length)..]);
    }

    /// <summary>The bits of one tensor.</summary>
    public static int[] Bits(JsonElement header, byte[] data, string tensor)
    {
        JsonElement entry = header.GetProperty(tensor), offsets = entry.GetProperty("data_offsets");
        Assert.AreEqual("F32", entry.GetProperty("dtype").GetString());
        (int begin, int end) = (offsets[0].GetInt32(), offsets[1].GetInt32());
        return [.. Enumerable.Range(0, (end - begin) / 4)
            .Select(i => BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(begin + 4 * i)))];
    }

    /// <summary>The same file with one entry of its __metadata__ changed, or removed where the change is
    /// null.</summary>
    public static byte[] WithMetadata(byte[] file, string key, string? value)
    {
        (JsonElement header, byte[] data) = Split(file);
        var entries = header.EnumerateObject().ToDictionary(entry => entry.Name, entry => (object)entry.Value);
        var metadata = header.GetProperty("__metadata__").EnumerateObject()
            .ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!);
        metadata.Remove(key);
        if (value is not null)
            metadata.Add(key, value);
        entries["__metadata__"] = metadata;
        return Build(JsonSerializer.Serialize(entries, Relaxed), data);
    }
}
