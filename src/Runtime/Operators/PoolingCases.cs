namespace SoftPool.Operators;

/// <summary>The cases of all pools.</summary>
internal static class PoolingCases
{
    private static readonly SoftPoolWeighting[] Weightings = Enum.GetValues<SoftPoolWeighting>();

    public static IEnumerable<OperatorCase> All { get; } =
    [
        .. from row in SelfTested
           from pool in Pools2d(row.Kernel, row.Stride, row.Padding, row.CeilMode)
               .Where(pool => pool is not AvgPool2d { CountIncludePad: false })
           select new OperatorCase(pool, row.Input, row.Batch) { IsSelfTest = true },
        // So long that their sums are split.
        .. from shape in (TensorShape[])[new(2, 61, 70), new(1, 61, 71)]
           from pool in Global
           select new OperatorCase(pool, shape, 1) { IsSelfTest = true },
        .. from row in Rows1d
           from pool in Pools1d(row.Kernel, row.Stride, row.Padding, row.CeilMode)
           select new OperatorCase(pool, new(3, row.Length), row.Batch),
        .. from row in Rows2d
           from pool in Pools2d(row.Kernel, row.Stride, row.Padding, row.CeilMode)
           select new OperatorCase(pool, row.Input, row.Batch),
        .. from row in Rows3d
           from pool in Pools3d(row.Kernel, row.Stride, row.Padding, row.CeilMode)
           select new OperatorCase(pool, row.Input, row.Batch),
        .. from map in (TensorShape[])
           [
               new(1, 1), new(17, 7), new(5, 1, 1), new(3, 13, 7), new(9, 6, 8), new(4, 7, 7), new(2, 3, 5, 2),
           ]
           from pool in Global
           select new OperatorCase(pool, map, 3),
        // Windows so long that they are summed in slices; those of padding and ceil mode are cut.
        .. from shape in (TensorShape[])[new(2, 4097), new(3, 3, 29, 49)]
           from pool in Global
           select new OperatorCase(pool, shape, 2),
        .. from pool in Pools2d(new(70, 67), new(40, 31), new(35, 20), ceilMode: true)
            .Where(pool => pool is not MaxPool2d)
           select new OperatorCase(pool, new(2, 90, 88), 2),
        // The exponentials of so many channels are too.
        new(new SoftPool2d(3, 2, 0, false, SoftPoolWeighting.SharedAcrossChannels), new(4097, 5, 3), 2),
    ];

    private static IEnumerable<Pooling> Global =>
        [new GlobalAvgPool(), .. Weightings.Select(weights => new GlobalSoftPool(weights))];

    // Of the kind that tiles are for, and of another.
    private static (TensorShape Input, int Batch, int Kernel, int Stride, int Padding, bool CeilMode)[] SelfTested =>
    [
        (new(4, 9, 13), 2, 3, 2, 0, false), (new(4, 9, 12), 2, 3, 2, 1, false), (new(3, 7, 5), 2, 3, 2, 1, true),
        (new(3, 7, 5), 4, 2, 1, 1, true),
    ];

    private static (int Length, int Batch, int Kernel, int Stride, int Padding, bool CeilMode)[] Rows1d =>
    [
        (1, 1, 1, 1, 0, false), (17, 3, 3, 2, 1, true), (16, 4, 3, 2, 1, false),
        (11, 17, 4, 3, 2, false), (5, 1, 5, 1, 0, false),
    ];

    private static (
        TensorShape Input, int Batch, Size2d Kernel, Size2d Stride, Size2d Padding, bool CeilMode)[] Rows2d =>
    [
        (new(48, 56, 56), 2, 3, 2, 0, false),
        (new(128, 27, 27), 1, 3, 2, 0, false),
        (new(4, 6, 6), 1, 3, 2, 0, false),
        (new(2, 13, 14), 2, 3, 2, 0, false),
        (new(4, 3, 3), 1, 3, 2, 0, false),
        (new(1, 16, 12), 3, 3, 2, 0, true),
        (new(4, 8, 7), 3, 3, 2, 0, true),
        (new(1, 1, 1), 1, 1, 1, 0, false),
        (new(20, 7, 6), 2, 3, 2, 1, true),
        (new(12, 7, 8), 2, 3, 2, 1, false),
        (new(8, 9, 7), 1, 3, 2, new(0, 1), true),
        (new(4, 1, 9), 3, 3, 2, 1, false),
        (new(3, 6, 12), 2, 4, 4, 0, true),
        (new(1, 2, 2), 3, 2, 2, 0, false),
        (new(17, 7, 5), 3, 3, 2, 1, false),
        (new(3, 7, 5), 17, 3, 2, 1, true),
        (new(2, 11, 6), 1, new(2, 5), new(3, 1), new(1, 2), true),
        (new(5, 13, 13), 1, 13, 1, 6, false),
    ];

    private static (
        TensorShape Input, int Batch, Size3d Kernel, Size3d Stride, Size3d Padding, bool CeilMode)[] Rows3d =>
    [
        (new(1, 1, 1, 1), 1, 1, 1, 0, false),
        (new(3, 5, 7, 4), 3, 3, 2, 1, true),
        (new(2, 6, 3, 11), 1, new(2, 1, 4), new(1, 2, 3), new(1, 0, 2), false),
    ];

    private static IEnumerable<Pooling> Pools1d(int kernel, int stride, int padding, bool ceilMode) =>
    [
        new MaxPool1d(kernel, stride, padding, ceilMode),
        new AvgPool1d(kernel, stride, padding, ceilMode) { CountIncludePad = false },
        new AvgPool1d(kernel, stride, padding, ceilMode),
        .. Weightings.Select(weights => new SoftPool1d(kernel, stride, padding, ceilMode, weights)),
    ];

    private static IEnumerable<Pooling> Pools2d(Size2d kernel, Size2d stride, Size2d padding, bool ceilMode) =>
    [
        new MaxPool2d(kernel, stride, padding, ceilMode),
        new AvgPool2d(kernel, stride, padding, ceilMode) { CountIncludePad = false },
        new AvgPool2d(kernel, stride, padding, ceilMode),
        .. Weightings.Select(weights => new SoftPool2d(kernel, stride, padding, ceilMode, weights)),
    ];

    private static IEnumerable<Pooling> Pools3d(Size3d kernel, Size3d stride, Size3d padding, bool ceilMode) =>
    [
        new MaxPool3d(kernel, stride, padding, ceilMode),
        new AvgPool3d(kernel, stride, padding, ceilMode) { CountIncludePad = false },
        new AvgPool3d(kernel, stride, padding, ceilMode),
        .. Weightings.Select(weights => new SoftPool3d(kernel, stride, padding, ceilMode, weights)),
    ];
}
