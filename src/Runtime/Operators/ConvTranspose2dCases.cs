namespace SoftPool.Operators;

/// <summary>The cases of <see cref="ConvTranspose2d"/>: in the self-test, inputs of whole texels and not.</summary>
internal static class ConvTranspose2dCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new ConvTranspose2d(3, 7, 3, 2, 1), new(3, 7, 5), 1) { IsSelfTest = true },
        new(new ConvTranspose2d(4, 7, 3, 2, 1), new(4, 7, 5), 1) { IsSelfTest = true },
        new(new ConvTranspose2d(1, 1, 1, 1, 0), new(1, 1, 1), 1),
        new(new ConvTranspose2d(5, 17, 3, 2, 1) { OutputPadding = 1 }, new(5, 4, 3), 3),
        new(new ConvTranspose2d(8, 6, 4, 2, 1) { Bias = false }, new(8, 5, 7), 2),
        new(
            new ConvTranspose2d(6, 9, new(2, 3), new(3, 1), new(0, 2)) { Dilation = new(1, 2), Groups = 3 },
            new(6, 4, 8), 2),
        new(new ConvTranspose2d(4, 4, 2, 2, 0) { Groups = 4, Bias = false }, new(4, 3, 5), 1),
        new(
            new ConvTranspose2d(2, 3, 3, new(1, 4), new(2, 0)) { Dilation = 2, OutputPadding = new(1, 3) },
            new(2, 3, 1), 2),
    ];
}
