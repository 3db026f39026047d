namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Conv3d"/>: in the self-test, inputs of whole texels and not.</summary>
internal static class Conv3dCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new Conv3d(3, 5, 3, 1, 1), new(3, 3, 5, 7), 1) { IsSelfTest = true },
        new(new Conv3d(4, 5, 3, 2, 1), new(4, 3, 5, 7), 1) { IsSelfTest = true },
        new(new Conv3d(1, 1, 1, 1, 0), new(1, 1, 1, 1), 1),
        new(new Conv3d(6, 9, new(1, 2, 3), new(2, 3, 1), new(0, 1, 2)) { Groups = 3, Bias = false },
            new(6, 3, 4, 5), 2),
        new(new Conv3d(2, 6, 2, 1, new(2, 0, 1)) { Dilation = new(1, 2, 3), Groups = 2 }, new(2, 2, 5, 6), 3),
    ];
}
