using System.Text.Json;
using System.Text.Json.Serialization;

namespace SoftPool.Models;

/// <summary>The values of an enum by their names in files, in snake_case, letter by letter: a number or another
/// spelling is no name.</summary>
/// <typeparam name="T">The enum.</typeparam>
internal sealed class WordConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly Dictionary<string, T> Values =
        Enum.GetValues<T>().ToDictionary(value => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{value}"));

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Values.TryGetValue(reader.GetString()!, out T value)
            ? value
            : throw new JsonException($"A {typeof(T).Name} is one of {string.Join(", ", Values.Keys)}.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Values.First(word => word.Value.Equals(value)).Key);
}
