namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Linear"/>: batches for each kernel, inputs in whole texels and not.</summary>
internal static class LinearCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        .. from batch in (int[])[3, 5, 9]
           from inputs in (int[])[36, 31]
           select new OperatorCase(
               new Linear(inputs, inputs == 36 ? 70 : 67), new(inputs), batch) { IsSelfTest = true },
        new(new Linear(1030, 70), new(1030), 2) { IsSelfTest = true },
        // So long that its sum is split.
        new(new Linear(65_601, 2), new(65_601), 1) { IsSelfTest = true },
        // Layers of the reference networks.
        new(new Linear(4608, 2048), new(4608), 1),
        new(new Linear(2048, 10), new(2048), 3),
        new(new Linear(1, 1), new(1), 1),
        new(new Linear(31, 67), new(31), 17),
        new(new Linear(13, 1), new(13), 8),
        new(new Linear(7, 5) { Bias = false }, new(7), 2),
        new(new Linear(1030, 70), new(1030), 9),
        new(new Linear(1036, 70), new(1036), 2),
        new(new Linear(1036, 70), new(1036), 10),
        new(new Linear(1036, 3), new(1036), 5) { IsSelfTest = true },
        // 29 blocks of 64, and four inputs behind them.
        new(new Linear(1860, 10), new(1860), 1),
        // Several vectors an item.
        new(new Linear(7, 5), new(3, 7), 2),
        new(new Linear(36, 9) { Bias = false }, new(2, 5, 36), 2),
        new(new Linear(1030, 3), new(2, 1030), 1),
    ];
}
