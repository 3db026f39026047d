using System.Text.Json;
using System.Text.Json.Serialization;
using SoftPool.Operators;

namespace SoftPool.Models;

/// <summary>The weights' names in files, letter by letter: a number or another spelling is no name.</summary>
internal sealed class SoftPoolWeightsConverter : JsonConverter<SoftPoolWeighting>
{
    private const string PerChannel = "per_channel", SharedAcrossChannels = "shared_across_channels";

    public override SoftPoolWeighting Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        (reader.TokenType == JsonTokenType.String ? reader.GetString() : null) switch
        {
            PerChannel => SoftPoolWeighting.PerChannel,
            SharedAcrossChannels => SoftPoolWeighting.SharedAcrossChannels,
            _ => throw new JsonException($"The weights are {PerChannel} or {SharedAcrossChannels}."),
        };

    public override void Write(Utf8JsonWriter writer, SoftPoolWeighting value, JsonSerializerOptions options) => writer.WriteStringValue(
        value == SoftPoolWeighting.PerChannel ? PerChannel : SharedAcrossChannels);
}
