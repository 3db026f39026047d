using System.Text.Json;
using System.Text.Json.Serialization;

namespace SoftPool;

/// <summary>How an RGB image becomes the network's input. The image is resized (half-pixel centres) and scaled to
/// [0, 1]. Then each channel is normalised: (x - mean) / deviation.</summary>
/// <param name="Mean">The mean of each channel, for values in [0, 1].</param>
/// <param name="StandardDeviation">The standard deviation of each channel, for values in [0, 1].</param>
public sealed record Preprocessing(IReadOnlyList<float> Mean, IReadOnlyList<float> StandardDeviation)
{
    private static readonly Resize Usual = new Stretch();

    private Resize _resize = Usual;

    /// <summary>The mean and standard deviation of ImageNet. Images are stretched.</summary>
    public static Preprocessing ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>How the image gets the network's height and width. Unless set, it is stretched with bilinear
    /// interpolation, antialiased when it shrinks.</summary>
    [JsonIgnore]
    public Resize Resize
    {
        get => _resize;
        init => _resize = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>As it stands in a model file, which says nothing of what the first version of the format could not say.
    /// (Set, not init: of those, generated code sets what a file leaves out to null.)</summary>
    [JsonInclude, JsonPropertyName("resize"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    internal Resize? WrittenResize
    {
        get => _resize == Usual ? null : _resize;
        set => _resize = value ?? throw new JsonException("How pictures are resized is null.");
    }
}
