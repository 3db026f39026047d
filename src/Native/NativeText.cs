using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SoftPool.Native;

/// <summary>A text that the host reads as long as it has its handle.</summary>
internal sealed unsafe class NativeText(string text) : IDisposable
{
    public byte* Utf8 { get; } = (byte*)Marshal.StringToCoTaskMemUTF8(text);

    public void Dispose() => Marshal.FreeCoTaskMem((nint)Utf8);

    /// <summary>A JSON array of objects.</summary>
    public static NativeText Json<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(
            buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (T item in items)
            {
                json.WriteStartObject();
                write(json, item);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return new NativeText(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    /// <summary>The rejected kernels as JSON.</summary>
    public static NativeText Of(IEnumerable<RejectedKernel> kernels) => Json(kernels, (json, kernel) =>
    {
        json.WriteString("kernel", kernel.Kernel);
        json.WriteString("reason", kernel.Reason);
    });

    /// <summary>Reads a host's text.</summary>
    /// <exception cref="ArgumentException">It is null.</exception>
    public static string Read(byte* text, string what) => text is not null
        ? Marshal.PtrToStringUTF8((nint)text)!
        : throw new ArgumentException($"{what} is needed; the pointer is null.");

    /// <summary>Reads an array of texts.</summary>
    /// <exception cref="ArgumentException">It is null but for a count of 0, or a text is null.</exception>
    public static string[] ReadAll(byte** texts, uint count, string what)
    {
        if (count == 0)
            return [];
        Arguments.Check(texts, count, what);
        var all = new string[count];
        for (int i = 0; i < all.Length; i++)
            all[i] = Read(texts[i], $"Text {i} of the {what}");
        return all;
    }

    /// <summary>Writes a text into a field of a struct; what does not fit is left out.</summary>
    public static void Write(string? text, byte* field, int room)
    {
        Encoder encoder = Encoding.UTF8.GetEncoder();
        encoder.Convert(text ?? "", new Span<byte>(field, room - 1), flush: true, out _, out int used, out _);
        field[used] = 0;
    }
}
