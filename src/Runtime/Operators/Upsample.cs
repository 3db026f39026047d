using System.Globalization;
using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>Resizes an input, larger or smaller, as torch.nn.Upsample, or as ONNX's Resize, which has more options: (C,
/// H, W) to (C, height, width). Positions beyond the edge have the edge's values.</summary>
/// <param name="Size">The output's height and width in pixels. 0 for floor(scale factor x extent of the input). Where
/// both are given, the size applies, and the two differ by less than one pixel.</param>
/// <param name="ScaleFactor">The output's height and width as multiples of the input's. 0 for the size divided by the
/// extent of the input.</param>
/// <param name="Mode">The interpolation.</param>
/// <param name="Coordinates">The position in the input of an element of the output.</param>
public sealed record Upsample(Size2d Size, Scale2d ScaleFactor, UpsampleMode Mode, UpsampleCoordinates Coordinates)
    : UnaryOperator
{
    /// <summary>Which element is the nearest, for <see cref="UpsampleMode.Nearest"/>.</summary>
    [JsonRequired]
    public UpsampleRounding NearestMode { get; init; }

    /// <summary>The coefficient a of the cubic, for <see cref="UpsampleMode.Bicubic"/>: the slope of the cubic at a
    /// distance of 1. Default: -0.75, as in PyTorch.</summary>
    [JsonRequired]
    public double CubicCoeffA { get; init; } = -0.75;

    /// <summary>Whether positions beyond the edge have no weight. True is allowed for
    /// <see cref="UpsampleMode.Bicubic"/> only.</summary>
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

    internal override void Lower(LoweringStep step)
    {
        (TapAxis rows, TapAxis columns) = (
            UpsampleAxis.OfRows(this, step.InputShape, step.OutputShape),
            UpsampleAxis.OfColumns(this, step.InputShape, step.OutputShape));
        (int width, int down, int across) =
            (step.InputShape[2], rows.Repeats(step.InputShape[1]), columns.Repeats(step.InputShape[2]));
        if (down > 0 && across > 0)
            Strided.Lower(step, step.Input, down * width * across, width, [down, width, across], [0, 1, 0]);
        else
            TapSums.Lower(rows, columns, step);
    }

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
