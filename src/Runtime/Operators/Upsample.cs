using System.Globalization;
using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>A map in another size, larger or smaller, as torch.nn.Upsample, and as ONNX's Resize with more choices.
/// Beyond the map's edge lie copies of its edge.</summary>
/// <param name="Size">The output's height and width; 0 where the scale factor gives it.</param>
/// <param name="ScaleFactor">The output's extents as multiples of the input's; 0 where they are as the size
/// says.</param>
/// <param name="Mode">How many elements of the input make one.</param>
/// <param name="Coordinates">Where in the input an element of the output lies.</param>
public sealed record Upsample(Size2d Size, Scale2d ScaleFactor, UpsampleMode Mode, UpsampleCoordinates Coordinates)
    : UnaryOperator
{
    /// <summary>Which element is the nearest; of mode nearest.</summary>
    [JsonRequired]
    public UpsampleRounding NearestMode { get; init; }

    /// <summary>The slope of the cubic at the elements next to the nearest, -0.75 in PyTorch; of mode
    /// bicubic.</summary>
    [JsonRequired]
    public double CubicCoeffA { get; init; } = -0.75;

    /// <summary>Whether elements beyond the edge have no weight; of mode bicubic.</summary>
    [JsonRequired]
    public bool ExcludeOutside { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes =>
        (Size == default ? "" : $"to {Size}, ") + (ScaleFactor == default ? "" : $"times {ScaleFactor}, ") + Mode
        + Mode switch
        {
            UpsampleMode.Nearest => $" by {NearestMode}",
            UpsampleMode.Bicubic => string.Create(CultureInfo.InvariantCulture, $" of a {CubicCoeffA}"),
            _ => "",
        }
        + (ExcludeOutside ? " inside alone" : "") + $", {Coordinates}";

    /// <summary>(C, H, W) to (C, height, width): the size, or floor(scale factor times extent).</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        bool isKnown = Enum.IsDefined(Mode) && Enum.IsDefined(Coordinates) && Enum.IsDefined(NearestMode);
        if (!isKnown || !float.IsFinite((float)CubicCoeffA) || (ExcludeOutside && Mode != UpsampleMode.Bicubic))
            throw new ShapeMismatchException(
                "Upsample takes a mode, coordinates and a nearest mode that are defined, a finite a, and excludes what "
                + $"is outside in mode bicubic alone; got {Attributes}.");
        if (input.Rank != 3)
            throw new ShapeMismatchException($"Upsample takes (C, H, W); got {input}.");
        int height = Extent(input[1], Size.Height, ScaleFactor.Height);
        return new TensorShape(input[0], height, Extent(input[2], Size.Width, ScaleFactor.Width));
    }

    internal override void Compute<T>(ReferenceStep step) => TapSums.Compute<T>(
        UpsampleAxis.OfRows(this, step.InputShape, step.OutputShape),
        UpsampleAxis.OfColumns(this, step.InputShape, step.OutputShape), step);

    internal override void Lower(LoweringStep step) => TapSums.Lower(
        UpsampleAxis.OfRows(this, step.InputShape, step.OutputShape),
        UpsampleAxis.OfColumns(this, step.InputShape, step.OutputShape), step);

    /// <summary>The product is rounded to a float first: 0.29 times 100 is 29, as meant, and not
    /// 28.999999999999996.</summary>
    private int Extent(int from, int size, double scale)
    {
        double product = scale * from;
        bool fits = size >= 0 && scale >= 0 && product <= int.MaxValue
            && (size == 0 ? scale > 0 : scale == 0 || Math.Abs(product - size) < 1);
        return !fits
            ? throw new ShapeMismatchException(
                "Upsample takes for each axis a size or a scale factor above 0, or both where they differ by less than "
                + $"one pixel; got {Attributes} on {from}.")
            : size > 0 ? size : (int)MathF.Floor((float)product);
    }
}
