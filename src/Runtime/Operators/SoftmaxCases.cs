namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Softmax"/>: few channels, and so many that their sums are split; other
/// axes.</summary>
internal static class SoftmaxCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new Softmax(), new(7, 3, 5), 2) { IsSelfTest = true },
        new(new Softmax(), new(4100), 2) { IsSelfTest = true },
        new(new Softmax(), new(4101), 1) { IsSelfTest = true },
        new(new Softmax(), new(4097, 3), 2),
        new(new Softmax(), new(8200), 3),
        new(new Softmax(), new(1), 3),
        new(new Softmax(), new(10), 17),
        new(new Softmax(2), new(3, 5, 7), 2),
        new(new Softmax(3), new(3, 5, 7), 2),
        new(new Softmax(2), new(3, 4101), 2),
    ];
}
