using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SoftPool;

/// <summary>A scale factor for the height and one for the width. A number converts to the same factor for
/// both.</summary>
/// <param name="Height">The factor of the height.</param>
/// <param name="Width">The factor of the width.</param>
[JsonConverter(typeof(Scale2d.ArrayConverter))]
public readonly record struct Scale2d(double Height, double Width)
{
    /// <summary>Uses the same factor for height and width.</summary>
    public static implicit operator Scale2d(double factor) => FromDouble(factor);

    /// <summary>Uses the same factor for height and width.</summary>
    public static Scale2d FromDouble(double factor) => new(factor, factor);

    /// <summary>Returns "2" for equal factors, otherwise "2x1.5", height first.</summary>
    public override string ToString() => Height.Equals(Width)
        ? string.Create(CultureInfo.InvariantCulture, $"{Height}")
        : string.Create(CultureInfo.InvariantCulture, $"{Height}x{Width}");

    /// <summary>Writes factors as [height, width]; also reads a number.</summary>
    internal sealed class ArrayConverter : JsonConverter<Scale2d>
    {
        public override Scale2d Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.Number)
                return reader.GetDouble();
            if (reader.TokenType == JsonTokenType.StartArray
                && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double height)
                && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double width)
                && reader.Read() && reader.TokenType == JsonTokenType.EndArray)
                return new Scale2d(height, width);
            throw new JsonException("A factor is a number or [height, width].");
        }

        public override void Write(Utf8JsonWriter writer, Scale2d value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(value.Height);
            writer.WriteNumberValue(value.Width);
            writer.WriteEndArray();
        }
    }
}
