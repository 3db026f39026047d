using System.Text.Json;
using System.Text.Json.Serialization;

namespace SoftPool;

/// <summary>The extents of a tensor, outermost axis first. Shapes of activations exclude the batch: (C, H, W) or
/// (features). Weights have PyTorch's layout: (out, in, kH, kW) or (out, in). Elements are contiguous, the last axis
/// fastest.</summary>
[JsonConverter(typeof(TensorShape.ArrayConverter))]
public readonly struct TensorShape : IEquatable<TensorShape>
{
    /// <summary>As floats they take 2 GiB less one: no span of bytes is longer.</summary>
    private const int LargestCount = int.MaxValue / sizeof(float);

    /// <summary>Beyond any network's use; a shape from a hostile file stays short.</summary>
    private const int LargestRank = 8;

    private readonly int[]? _extents;

    /// <summary>Creates a shape. A shape has at most 8 axes, and its elements take less than 2 GiB as 32-bit
    /// floats.</summary>
    /// <param name="extents">The extents, outermost axis first, each at least 1. None for a scalar.</param>
    /// <exception cref="ShapeMismatchException">An extent is not positive, or there are too many axes or
    /// elements.</exception>
    public TensorShape(params ReadOnlySpan<int> extents)
    {
        if (extents.Length > LargestRank)
            throw new ShapeMismatchException($"A shape has at most {LargestRank} axes; got {extents.Length}.");
        long count = 1;
        foreach (int extent in extents)
        {
            count = extent > 0 ? count * extent : 0;
            if (count is 0 or > LargestCount)
                throw new ShapeMismatchException(
                    $"A shape needs positive extents and at most {LargestCount} elements; got {Format(extents)}.");
        }
        _extents = extents.ToArray();
    }

    /// <summary>The extents, outermost axis first.</summary>
    public ReadOnlySpan<int> Extents => _extents;

    /// <summary>The number of axes.</summary>
    public int Rank => Extents.Length;

    /// <summary>The extent of an axis; axis 0 is the outermost.</summary>
    public int this[int axis] => Extents[axis];

    /// <summary>The extent of one axis, counted from the innermost.</summary>
    internal int this[Index axis] => Extents[axis];

    /// <summary>The number of elements, which is the product of the extents; 1 for a scalar.</summary>
    public int ElementCount
    {
        get
        {
            int count = 1;
            foreach (int extent in Extents)
                count *= extent;
            return count;
        }
    }

    /// <summary>The number of elements of one channel, the first axis being the channels.</summary>
    internal int Plane() => ElementCount / this[0];

    /// <inheritdoc/>
    public bool Equals(TensorShape other) => Extents.SequenceEqual(other.Extents);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TensorShape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int extent in Extents)
            hash.Add(extent);
        return hash.ToHashCode();
    }

    /// <summary>Whether both shapes have the same extents.</summary>
    public static bool operator ==(TensorShape left, TensorShape right) => left.Equals(right);

    /// <summary>Whether the shapes differ in rank or in an extent.</summary>
    public static bool operator !=(TensorShape left, TensorShape right) => !left.Equals(right);

    /// <summary>Returns the extents joined by "x": 48x56x56; "scalar" for no axes.</summary>
    public override string ToString() => Format(Extents);

    private static string Format(ReadOnlySpan<int> extents) =>
        extents.IsEmpty ? "scalar" : string.Join('x', extents.ToArray());

    /// <summary>Writes a shape as a JSON array: [48, 56, 56].</summary>
    internal sealed class ArrayConverter : JsonConverter<TensorShape>
    {
        public override TensorShape Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
                throw new JsonException("A shape is an array of integers.");
            var extents = new List<int>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                extents.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int extent)
                    ? extent
                    : throw new JsonException("A shape is an array of integers."));
            return new TensorShape([.. extents]);
        }

        public override void Write(Utf8JsonWriter writer, TensorShape value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (int extent in value.Extents)
                writer.WriteNumberValue(extent);
            writer.WriteEndArray();
        }
    }
}
