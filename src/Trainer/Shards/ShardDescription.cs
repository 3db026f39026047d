using System.Text.Json;
using System.Text.Json.Serialization;
using SoftPool.Files;
using SoftPool.Trainer.Files;

namespace SoftPool.Trainer.Shards;

/// <summary>What a part of a batch run computes, in a file beside its results. What was begun with another description
/// is not continued, and parts with different ones are not merged.</summary>
internal sealed record ShardDescription
{
    /// <summary>The version of the layout of the files.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The network's name.</summary>
    public required string Model { get; init; }

    /// <summary>The SHA-256 of the model file.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>What the list of pictures was given as.</summary>
    public required string List { get; init; }

    /// <summary><see cref="PictureList.Hash"/>.</summary>
    public required string ListSha256 { get; init; }

    /// <summary>The pictures of the whole list.</summary>
    public required int Pictures { get; init; }

    /// <summary>The index of the part, from 0.</summary>
    public required int Shard { get; init; }

    /// <summary>The number of parts.</summary>
    public required int Shards { get; init; }

    /// <summary>The name of the output that is written.</summary>
    public required string Output { get; init; }

    /// <summary>The shape of the output for one picture.</summary>
    public required int[] OutputShape { get; init; }

    /// <summary>How many classes are ranked; 0 for an output that ranks none.</summary>
    public required int Top { get; init; }

    /// <summary>Whether weights and activations are of 16 bits.</summary>
    public required bool Fp16 { get; init; }

    /// <summary>Whether all pictures of the part are done.</summary>
    public bool Complete { get; init; }

    /// <summary>How many pictures of the part could not be read; of a complete part.</summary>
    public int Errors { get; init; }

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    /// <summary>The part as a value.</summary>
    [JsonIgnore]
    public Shard Part => new(Shard, Shards);

    /// <summary>The columns of the part's CSV file.</summary>
    [JsonIgnore]
    public string[] Columns =>
    [
        "index", "picture",
        .. Enumerable.Range(1, Top).SelectMany(place => (string[])[$"class_{place}", $"probability_{place}"]), "error",
    ];

    /// <summary>The first difference that keeps two descriptions from going together, as a sentence's end; null where
    /// there is none.</summary>
    /// <param name="other">The other one.</param>
    /// <param name="what">The word for this one, such as "it".</param>
    public string? DifferenceFrom(ShardDescription other, string what) =>
        Format != other.Format ? $"{what} is of format {Format}, not {other.Format}"
        : ModelSha256 != other.ModelSha256 ? $"{what} is of another model ({Model}, sha256 {ModelSha256[..12]})"
        : ListSha256 != other.ListSha256 || Pictures != other.Pictures
            ? $"{what} is of another list ({List}, {Pictures:N0} pictures, sha256 {ListSha256[..12]})"
        : Shards != other.Shards ? $"{what} is one of {Shards} parts, not of {other.Shards}"
        : Output != other.Output || !OutputShape.SequenceEqual(other.OutputShape) ? $"{what} has the output {Output}"
        : Top != other.Top ? $"{what} ranks {Top} classes"
        : Fp16 != other.Fp16 ? $"{what} was computed in {(Fp16 ? "16" : "32")} bits"
        : null;

    /// <exception cref="UserErrorException">The file is no description.</exception>
    public static ShardDescription Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ShardDescription>(RegularFile.ReadAllText(path), Json)
                is { Shards: > 0, Pictures: > 0, ModelSha256.Length: 64, ListSha256.Length: 64 } description
                && description.Shard >= 0 && description.Shard < description.Shards
                    ? description
                    : throw new JsonException("A value is out of range.");
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{path} is no description of a part of a batch run: {e.Message}");
        }
    }

    public void Write(string path) =>
        WholeFile.Write(path, file => JsonSerializer.Serialize(file, this, Json));
}
