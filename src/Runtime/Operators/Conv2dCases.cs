namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Conv2d"/>. In the self-test, some batches make whole texels of four numbers, so
/// that all variants can be taken.</summary>
internal static class Conv2dCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new Conv2d(5, 19, 3, 1, 1), new(5, 9, 7), 4) { IsSelfTest = true },
        new(new Conv2d(3, 35, 5, 1, 2), new(3, 10, 9), 2) { IsSelfTest = true },
        new(new Conv2d(6, 10, new(3, 2), 2, 1) { Groups = 2 }, new(6, 7, 9), 2) { IsSelfTest = true },
        new(new Conv2d(10, 12, new(3, 2), 2, 1) { Groups = 2 }, new(10, 7, 9), 2) { IsSelfTest = true },
        // Of as many channels as a step of conv2d_gemm.glsl has cells, and a sum of enough of them to be divided.
        new(new Conv2d(32, 35, 3, new(2, 1), 1) { Dilation = new(1, 2) }, new(32, 7, 9), 2) { IsSelfTest = true },
        // Depthwise, with rows of whole quads, of pairs of cells, and of neither.
        new(new Conv2d(12, 12, 3, 1, 1) { Groups = 12 }, new(12, 9, 7), 4) { IsSelfTest = true },
        new(new Conv2d(5, 15, 5, 2, 2) { Groups = 5, Bias = false }, new(5, 11, 10), 2) { IsSelfTest = true },
        new(new Conv2d(6, 6, 7, 1, 3) { Groups = 6 }, new(6, 13, 16), 3),
        new(new Conv2d(4, 8, 3, 1, new(2, 3)) { Dilation = new(2, 3), Groups = 4 }, new(4, 11, 17), 3),
        new(new Conv2d(8, 8, new(2, 3), new(3, 2), new(0, 5)) { Groups = 8 }, new(8, 7, 6), 2),
        new(new Conv2d(4, 4, new(1, 7), 1, new(0, 4)) { Groups = 4 }, new(4, 1, 3), 5),
        new(new Conv2d(3, 6, 2, 2, 0) { Groups = 3 }, new(3, 20, 20), 1),
        // Of an image's few channels, with output channels by fours and by twos, in rows of whole quads and others.
        new(new Conv2d(3, 12, 3, 2, 1), new(3, 17, 16), 2) { IsSelfTest = true },
        new(new Conv2d(4, 6, 7, 2, 3), new(4, 9, 21), 3),
        // By single pixels, four of which lie side by side in each map.
        new(new Conv2d(12, 35, 1, 1, 0), new(12, 6, 10), 2) { IsSelfTest = true },
        new(new Conv2d(4, 7, 1, 1, 0) { Bias = false }, new(4, 2, 2), 3),
        // Of several tiles of a product of matrices, whatever their size.
        new(new Conv2d(20, 150, 1, 1, 0), new(20, 12, 13), 1),
        // Layers of the reference networks.
        new(new Conv2d(3, 48, 11, 4, 5), new(3, 64, 64), 1),
        new(new Conv2d(48, 128, 5, 1, 2), new(48, 27, 27), 1),
        new(new Conv2d(128, 192, 3, 1, 1), new(128, 13, 13), 2),
        new(new Conv2d(128, 128, 3, 1, 1) { Groups = 32 }, new(128, 7, 7), 1),
        new(new Conv2d(1, 1, 1, 1, 0), new(1, 1, 1), 1),
        new(new Conv2d(1, 17, 3, 1, 1), new(1, 1, 1), 3),
        new(new Conv2d(2, 5, new(3, 5), new(2, 1), new(0, 2)), new(2, 7, 11), 17),
        new(new Conv2d(7, 3, 2, 3, 0), new(7, 13, 5), 3),
        new(new Conv2d(5, 16, new(1, 7), 1, new(0, 6)), new(5, 3, 19), 2),
        new(new Conv2d(3, 5, 3, 2, 1) { Bias = false }, new(3, 7, 5), 3),
        new(new Conv2d(3, 17, 3, 1, 2) { Dilation = 2 }, new(3, 11, 7), 2),
        new(new Conv2d(4, 6, new(2, 3), 1, 3) { Dilation = new(3, 2), Groups = 2 }, new(4, 9, 5), 3),
        new(new Conv2d(22, 44, 3, 1, 1) { Groups = 2, Bias = false }, new(22, 5, 3), 2),
        new(new Conv2d(9, 35, 3, 1, new(0, 2)), new(9, 7, 10), 3),
        new(new Conv2d(11, 6, 5, 1, new(4, 1)), new(11, 5, 9), 5),
        new(new Conv2d(13, 13, 3, 2, 1) { Groups = 13 }, new(13, 8, 8), 17),
    ];
}
