using System.Text.Json;
using System.Text.Json.Serialization;

namespace SoftPool;

/// <summary>A height and a width in pixels: the size of a kernel, a stride or a padding. An integer converts to a
/// square.</summary>
/// <param name="Height">The height in pixels.</param>
/// <param name="Width">The width in pixels.</param>
[JsonConverter(typeof(Size2d.ArrayConverter))]
public readonly record struct Size2d(int Height, int Width)
{
    /// <summary>Returns a square of the given side.</summary>
    public static implicit operator Size2d(int side) => FromInt32(side);

    /// <summary>Returns a square of the given side.</summary>
    public static Size2d FromInt32(int side) => new(side, side);

    /// <summary>Returns "3" for a square, otherwise "3x5", height first.</summary>
    public override string ToString() => Height == Width ? $"{Height}" : $"{Height}x{Width}";

    /// <summary>Writes a size as [height, width]; also reads an integer.</summary>
    internal sealed class ArrayConverter : JsonConverter<Size2d>
    {
        public override Size2d Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int side))
                return side;
            if (reader.TokenType == JsonTokenType.StartArray
                && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int height)
                && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int width)
                && reader.Read() && reader.TokenType == JsonTokenType.EndArray)
                return new Size2d(height, width);
            throw new JsonException("A size is an integer or [height, width].");
        }

        public override void Write(Utf8JsonWriter writer, Size2d value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(value.Height);
            writer.WriteNumberValue(value.Width);
            writer.WriteEndArray();
        }
    }
}
