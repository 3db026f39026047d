namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Upsample"/>: every mode with every rule of coordinates, to larger and to smaller
/// maps. In the self-test, inputs of whole texels and not.</summary>
internal static class UpsampleCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        .. from input in (TensorShape[])[new(3, 7, 5), new(4, 7, 5)]
           select new OperatorCase(
               new Upsample(default, new(2, 1.5), UpsampleMode.Bicubic, UpsampleCoordinates.HalfPixel),
               input, 1) { IsSelfTest = true },
        .. from mode in Enum.GetValues<UpsampleMode>()
           from coordinates in Enum.GetValues<UpsampleCoordinates>()
           from row in (OperatorCase[])
           [
               new(new Upsample(default, 2, mode, coordinates), new(3, 5, 7), 2),
               new(new Upsample(default, new(0.6, 1.7), mode, coordinates), new(1, 5, 7), 1),
           ]
           select row,
        .. from mode in Enum.GetValues<UpsampleMode>()
           from row in (OperatorCase[])
           [
               new(new Upsample(new(9, 4), default, mode, UpsampleCoordinates.HalfPixel), new(2, 5, 7), 3),
               new(new Upsample(new(1, 3), new(0, 3), mode, UpsampleCoordinates.AlignCorners), new(2, 4, 1), 2),
           ]
           select row,
        .. from rounding in Enum.GetValues<UpsampleRounding>()
           from coordinates in (UpsampleCoordinates[])[UpsampleCoordinates.HalfPixel, UpsampleCoordinates.Asymmetric]
           select new OperatorCase(
               new Upsample(new(8, 2), new(2, 0), UpsampleMode.Nearest, coordinates) { NearestMode = rounding },
               new(2, 4, 5), 2),
        new(
            new Upsample(default, new(3, 0.5), UpsampleMode.Bicubic, UpsampleCoordinates.HalfPixel)
            {
                CubicCoeffA = -0.5,
                ExcludeOutside = true,
            },
            new(2, 4, 6), 2),
    ];
}
