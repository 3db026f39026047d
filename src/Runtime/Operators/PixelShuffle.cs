using System.Text.Json.Serialization;

namespace SoftPool.Operators;

/// <summary>Rearranges channels to pixels, as torch.nn.PixelShuffle: (C r^2, H, W) to (C, H r, W r). Each r^2 channels
/// become blocks of r x r pixels of one channel.</summary>
/// <param name="UpscaleFactor">The factor r, at least 1.</param>
public sealed record PixelShuffle(int UpscaleFactor) : Composite
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"factor {UpscaleFactor}";

    /// <summary>(C r r, H, W) to (C, H r, W r).</summary>
    internal override IReadOnlyList<Operator> PartsOn(TensorShape input)
    {
        int r = UpscaleFactor;
        if (input.Rank != 3 || r < 1 || r > input[0] || input[0] % (r * r) != 0)
            throw new ShapeMismatchException(
                $"PixelShuffle takes (C, H, W) and a factor whose square divides its channels; got {input} and {r}.");
        (int channels, int height, int width) = (input[0] / (r * r), input[1], input[2]);
        return
        [
            new Reshape(new(channels, r, r, height, width)), new Permute([1, 4, 2, 5, 3]),
            new Reshape(new(channels, height * r, width * r)),
        ];
    }
}
