using System.Text.Json;
using System.Text.Json.Serialization;

namespace SoftPool;

/// <summary>A depth, a height and a width in cells: the size of a kernel, a stride or a padding. An integer converts to
/// a cube.</summary>
/// <param name="Depth">The depth in cells.</param>
/// <param name="Height">The height in cells.</param>
/// <param name="Width">The width in cells.</param>
[JsonConverter(typeof(Size3d.ArrayConverter))]
public readonly record struct Size3d(int Depth, int Height, int Width)
{
    /// <summary>Returns a cube of the given side.</summary>
    public static implicit operator Size3d(int side) => FromInt32(side);

    /// <summary>Returns a cube of the given side.</summary>
    public static Size3d FromInt32(int side) => new(side, side, side);

    /// <summary>Returns "3" for a cube, otherwise "1x3x5", depth first.</summary>
    public override string ToString() => Depth == Height && Height == Width ? $"{Height}" : $"{Depth}x{Height}x{Width}";

    /// <summary>Writes a size as [depth, height, width]; reads an integer too.</summary>
    internal sealed class ArrayConverter : JsonConverter<Size3d>
    {
        public override Size3d Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int side))
                return side;
            if (reader.TokenType == JsonTokenType.StartArray
                && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int depth)
                && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int height)
                && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int width)
                && reader.Read() && reader.TokenType == JsonTokenType.EndArray)
                return new Size3d(depth, height, width);
            throw new JsonException("A size is an integer or [depth, height, width].");
        }

        public override void Write(Utf8JsonWriter writer, Size3d value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(value.Depth);
            writer.WriteNumberValue(value.Height);
            writer.WriteNumberValue(value.Width);
            writer.WriteEndArray();
        }
    }
}
