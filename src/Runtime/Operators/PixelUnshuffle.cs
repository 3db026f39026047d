using System.Text.Json.Serialization;

namespace SoftPool.Operators;

/// <summary>Rearranges pixels to channels, as torch.nn.PixelUnshuffle: (C, H r, W r) to (C r^2, H, W). The inverse of
/// <see cref="PixelShuffle"/>.</summary>
/// <param name="DownscaleFactor">The factor r, at least 1.</param>
public sealed record PixelUnshuffle(int DownscaleFactor) : Composite
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"factor {DownscaleFactor}";

    /// <summary>(C, H r, W r) to (C r r, H, W).</summary>
    internal override IReadOnlyList<Operator> PartsOn(TensorShape input)
    {
        int r = DownscaleFactor;
        if (input.Rank != 3 || r < 1 || input[1] % r != 0 || input[2] % r != 0)
            throw new ShapeMismatchException(
                $"PixelUnshuffle takes (C, H, W) and a factor that divides its height and width; got {input} and {r}.");
        (int channels, int height, int width) = (input[0], input[1] / r, input[2] / r);
        return
        [
            new Reshape(new(channels, height, r, width, r)), new Permute([1, 3, 5, 2, 4]),
            new Reshape(new(channels * r * r, height, width)),
        ];
    }
}
