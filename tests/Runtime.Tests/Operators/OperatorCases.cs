using SoftPool.Operators;

namespace SoftPool.Tests;

/// <summary>Every operator with its variants, over odd and tiny shapes and the networks' own: what kernels, reference and torch
/// are held against each other on.</summary>
internal static class OperatorCases
{
    /// <summary>One row a case: the layers, the last of which is the operator; the input's shape; the batch.</summary>
    public static IEnumerable<(Layer[] Layers, TensorShape Input, int Batch)> All =>
    [
        .. CasesOfOne.Select(row => (new[] { new Layer("layer", row.Operator) }, row.Input, row.Batch)),
        .. CasesOfTwo.Select(row => (
            new[] { new Layer("second", row.Second), new Layer("layer", row.Operator, [ModelGraph.InputName, "second"]) },
            row.Input, row.Batch)),
    ];

    /// <summary>One row a case: the operator, the input's shape, the batch.</summary>
    private static IEnumerable<(Operator Operator, TensorShape Input, int Batch)> CasesOfOne
    {
        get
        {
            yield return (new Conv2d(3, 48, 11, 4, 5), new(3, 64, 64), 1);
            yield return (new Conv2d(48, 128, 5, 1, 2), new(48, 27, 27), 1);
            yield return (new Conv2d(128, 192, 3, 1, 1), new(128, 13, 13), 2);
            yield return (new Conv2d(1, 1, 1, 1, 0), new(1, 1, 1), 1);
            yield return (new Conv2d(1, 17, 3, 1, 1), new(1, 1, 1), 3);
            yield return (new Conv2d(2, 5, new(3, 5), new(2, 1), new(0, 2)), new(2, 7, 11), 17);
            yield return (new Conv2d(7, 3, 2, 3, 0), new(7, 13, 5), 3);
            yield return (new Conv2d(5, 16, new(1, 7), 1, new(0, 6)), new(5, 3, 19), 2);
            yield return (new Linear(1, 1), new(1), 1);
            yield return (new Linear(4608, 2048), new(4608), 1);
            yield return (new Linear(2048, 10), new(2048), 3);
            yield return (new Linear(31, 67), new(31), 17);
            yield return (new Linear(13, 1), new(13), 8);
            yield return (new Linear(7, 5) { Bias = false }, new(7), 2);
            yield return (new Linear(1030, 70), new(1030), 9);
            yield return (new Linear(1036, 70), new(1036), 2);
            yield return (new Linear(1036, 70), new(1036), 10);
            yield return (new Linear(1036, 3), new(1036), 5);
            // 29 blocks of 64 in 7 slices: the last slice is empty but for what lies behind the blocks.
            yield return (new Linear(1860, 10), new(1860), 1);
            yield return (new Conv2d(3, 5, 3, 2, 1) { Bias = false }, new(3, 7, 5), 3);
            yield return (new Conv2d(3, 17, 3, 1, 2) { Dilation = 2 }, new(3, 11, 7), 2);
            yield return (new Conv2d(4, 6, new(2, 3), 1, 3) { Dilation = new(3, 2), Groups = 2 }, new(4, 9, 5), 3);
            yield return (new Conv2d(128, 128, 3, 1, 1) { Groups = 32 }, new(128, 7, 7), 1);
            yield return (new Conv2d(22, 44, 3, 1, 1) { Groups = 2, Bias = false }, new(22, 5, 3), 2);
            yield return (new Conv2d(9, 35, 3, 1, new(0, 2)), new(9, 7, 10), 3);
            yield return (new Conv2d(11, 6, 5, 1, new(4, 1)), new(11, 5, 9), 5);
            yield return (new Conv2d(13, 13, 3, 2, 1) { Groups = 13 }, new(13, 8, 8), 17);
            yield return (new ConvTranspose2d(1, 1, 1, 1, 0), new(1, 1, 1), 1);
            yield return (new ConvTranspose2d(5, 17, 3, 2, 1) { OutputPadding = 1 }, new(5, 4, 3), 3);
            yield return (new ConvTranspose2d(8, 6, 4, 2, 1) { Bias = false }, new(8, 5, 7), 2);
            yield return (
                new ConvTranspose2d(6, 9, new(2, 3), new(3, 1), new(0, 2)) { Dilation = new(1, 2), Groups = 3 },
                new(6, 4, 8), 2);
            yield return (new ConvTranspose2d(4, 4, 2, 2, 0) { Groups = 4, Bias = false }, new(4, 3, 5), 1);
            yield return (
                new ConvTranspose2d(2, 3, 3, new(1, 4), new(2, 0)) { Dilation = 2, OutputPadding = new(1, 3) },
                new(2, 3, 1), 2);
            foreach ((int length, int batch, int kernel, int stride, int padding, bool ceilMode) in Pools1d)
            {
                yield return (new MaxPool1d(kernel, stride, padding, ceilMode), new(3, length), batch);
                foreach (bool counted in (bool[])[false, true])
                    yield return (
                        new AvgPool1d(kernel, stride, padding, ceilMode) { CountIncludePad = counted }, new(3, length), batch);
                foreach (SoftPoolWeighting weights in Enum.GetValues<SoftPoolWeighting>())
                    yield return (new SoftPool1d(kernel, stride, padding, ceilMode, weights), new(3, length), batch);
            }
            foreach ((TensorShape input, int batch, Size2d kernel, Size2d stride, Size2d padding, bool ceilMode) in Pools)
            {
                yield return (new MaxPool2d(kernel, stride, padding, ceilMode), input, batch);
                foreach (bool counted in (bool[])[false, true])
                    yield return (new AvgPool2d(kernel, stride, padding, ceilMode) { CountIncludePad = counted }, input, batch);
                foreach (SoftPoolWeighting weights in Enum.GetValues<SoftPoolWeighting>())
                    yield return (new SoftPool2d(kernel, stride, padding, ceilMode, weights), input, batch);
            }
            foreach ((TensorShape input, int batch, Size3d kernel, Size3d stride, Size3d padding, bool ceilMode) in Pools3d)
            {
                yield return (new MaxPool3d(kernel, stride, padding, ceilMode), input, batch);
                foreach (bool counted in (bool[])[false, true])
                    yield return (new AvgPool3d(kernel, stride, padding, ceilMode) { CountIncludePad = counted }, input, batch);
                foreach (SoftPoolWeighting weights in Enum.GetValues<SoftPoolWeighting>())
                    yield return (new SoftPool3d(kernel, stride, padding, ceilMode, weights), input, batch);
            }
            foreach (TensorShape map in (TensorShape[])[new(1, 1), new(17, 7), new(5, 1, 1), new(3, 13, 7), new(9, 6, 8), new(4, 7, 7), new(2, 3, 5, 2)])
            {
                yield return (new GlobalAvgPool(), map, 3);
                foreach (SoftPoolWeighting weights in Enum.GetValues<SoftPoolWeighting>())
                    yield return (new GlobalSoftPool(weights), map, 3);
            }
            foreach (Operator pointwise in (Operator[])[
                new ReLU(), new LeakyReLU(0.2), new Sigmoid(), new SiLU(), new ReLU6(), new Hardsigmoid(), new Hardswish(), new Tanh(),
                new ELU(), new ELU(1.7), new GELU(GeluApproximation.None), new GELU(GeluApproximation.Tanh), new Erf()])
            {
                yield return (pointwise, new(1), 1);
                yield return (pointwise, new(3, 5, 7), 17);
                yield return (pointwise, new(3, 5, 7), 4);
            }
            // Windows so long that they are summed in slices; those of padding and ceil mode are cut.
            yield return (new GlobalAvgPool(), new(2, 4097), 2);
            yield return (new GlobalAvgPool(), new(3, 3, 29, 49), 2);
            yield return (new AvgPool2d(new(70, 67), new(40, 31), new(35, 20), CeilMode: true), new(2, 90, 88), 2);
            yield return (
                new AvgPool2d(new(70, 67), new(40, 31), new(35, 20), CeilMode: true) { CountIncludePad = false }, new(2, 90, 88), 1);
            foreach (SoftPoolWeighting weights in Enum.GetValues<SoftPoolWeighting>())
            {
                yield return (new GlobalSoftPool(weights), new(2, 4097), 2);
                yield return (new GlobalSoftPool(weights), new(3, 3, 29, 49), 2);
                yield return (new SoftPool2d(new(70, 67), new(40, 31), new(35, 20), CeilMode: true, weights), new(2, 90, 88), 2);
            }
            // The exponentials of so many channels are too.
            yield return (new SoftPool2d(3, 2, 0, false, SoftPoolWeighting.SharedAcrossChannels), new(4097, 5, 3), 2);
            yield return (new Softmax(), new(4097, 3), 2);
            yield return (new Softmax(), new(8200), 3);
            yield return (new Softmax(), new(1), 3);
            yield return (new Softmax(), new(10), 17);
            yield return (new Softmax(), new(7, 3, 5), 2);
            yield return (new BatchNorm2d(1), new(1, 1, 1), 1);
            yield return (new BatchNorm2d(7), new(7, 3, 5), 17);
            yield return (new BatchNorm2d(7), new(7, 3, 5), 4);
            yield return (new BatchNorm2d(5), new(5, 3, 8), 3);
            foreach ((TensorShape input, int groups) in ((TensorShape, int)[])[(new(6, 5, 7), 3), (new(6, 5, 8), 2), (new(8, 4), 8), (new(4, 2, 3, 2), 1)])
                yield return (new ChannelShuffle(groups), input, 3);
            foreach (double beta in (double[])[0.5, 0.75, 1])
                foreach ((TensorShape input, int size) in ((TensorShape, int)[])[(new(9, 5, 7), 5), (new(2, 3, 4), 5), (new(4, 6), 1), (new(3, 2, 3, 2), 3)])
                    yield return (new LocalResponseNorm(size, beta, 1.5, 0.7), input, 3);
            yield return (new LocalResponseNorm(5, 0.75, 1, 1e-4), new(64, 7, 9), 2);
            yield return (new LocalResponseNorm(5, 0.75, 1e-3, 20), new(6, 7, 9), 2);
            yield return (new ZeroPad2d(0, 1, 0, 1), new(3, 5, 7), 2);
            yield return (new ZeroPad2d(2, 0, 3, 1), new(5, 1, 4), 3);
            foreach ((TensorShape input, int batch) in ((TensorShape, int)[])[(new(3, 5, 7), 2), (new(1, 4, 3), 3)])
            {
                yield return (new ReflectionPad2d(2, 1, 0, 3), input, batch);
                yield return (new ReplicationPad2d(0, 9, 2, 5), input, batch);
            }
            yield return (new ReflectionPad2d(0, 0, 0, 0), new(2, 1, 1), 1);
            yield return (new ReplicationPad2d(1, 2, 3, 4), new(2, 1, 1), 1);
            yield return (new ZeroPad2d(0, 0, 0, 9), new(1, 1, 1), 1);
            foreach (UpsampleMode mode in Enum.GetValues<UpsampleMode>())
                foreach (UpsampleCoordinates coordinates in Enum.GetValues<UpsampleCoordinates>())
                {
                    yield return (new Upsample(default, 2, mode, coordinates), new(3, 5, 7), 2);
                    yield return (new Upsample(new(9, 4), default, mode, coordinates), new(2, 5, 7), 3);
                    yield return (new Upsample(default, new(0.6, 1.7), mode, coordinates), new(1, 5, 7), 1);
                    yield return (new Upsample(new(1, 3), new(0, 3), mode, coordinates), new(2, 4, 1), 2);
                }
            foreach (UpsampleRounding rounding in Enum.GetValues<UpsampleRounding>())
                foreach (UpsampleCoordinates coordinates in (UpsampleCoordinates[])[
                    UpsampleCoordinates.HalfPixel, UpsampleCoordinates.Asymmetric])
                    yield return (
                        new Upsample(new(8, 2), new(2, 0), UpsampleMode.Nearest, coordinates)
                        {
                            NearestMode = rounding,
                        },
                        new(2, 4, 5), 2);
            yield return (
                new Upsample(default, new(3, 0.5), UpsampleMode.Bicubic, UpsampleCoordinates.HalfPixel)
                {
                    CubicCoeffA = -0.5,
                    ExcludeOutside = true,
                },
                new(2, 4, 6), 2);
            foreach (Slice slice in (Slice[])[
                new(1, 1, 2, 1), new(1, 2, 3, -1), new(2, 1, 2, 3), new(2, 4, 1, 1), new(3, 6, 3, -3), new(3, 0, 8, 1)])
                yield return (slice, new(3, 5, 8), 3);
            yield return (new Slice(1, 6, 3, -2), new(7), 2);
            yield return (new Slice(2, 1, 4, 1), new(2, 5, 4, 3), 1);
            yield return (new Flatten(), new(3, 5, 7), 2);
            yield return (new Dropout(0.5), new(11), 3);
        }
    }

    private static (int, int, int, int, int, bool)[] Pools1d =>
    [
        (1, 1, 1, 1, 0, false), (17, 3, 3, 2, 1, true), (16, 4, 3, 2, 1, false), (11, 17, 4, 3, 2, false), (5, 1, 5, 1, 0, false),
    ];

    private static (TensorShape, int, Size2d, Size2d, Size2d, bool)[] Pools =>
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

    private static (TensorShape, int, Size3d, Size3d, Size3d, bool)[] Pools3d =>
    [
        (new(1, 1, 1, 1), 1, 1, 1, 0, false),
        (new(3, 5, 7, 4), 3, 3, 2, 1, true),
        (new(2, 6, 3, 11), 1, new(2, 1, 4), new(1, 2, 3), new(1, 0, 2), false),
    ];

    /// <summary>Operators of two inputs, which a graph of two layers gives: the input and a function of it.</summary>
    private static IEnumerable<(Operator Operator, Operator Second, TensorShape Input, int Batch)> CasesOfTwo
    {
        get
        {
            foreach (Operator op in (Operator[])[new Add(), new Subtract(), new Multiply(), new Concat()])
                foreach ((TensorShape input, int batch) in ((TensorShape, int)[])[(new(1), 1), (new(7), 17), (new(3, 5, 7), 3), (new(3, 5, 7), 4), (new(3, 5, 8), 3)])
                    yield return (op, new LeakyReLU(-0.5), input, batch);
            yield return (new Add(), new GlobalAvgPool(), new(5, 3, 7), 3);
            yield return (new Multiply(), new GlobalAvgPool(), new(5, 7), 2);
            yield return (new Add(), new GlobalAvgPool(), new(6, 3, 7), 2);
            yield return (new Multiply(), new GlobalAvgPool(), new(8, 3, 4), 3);
            foreach (TensorShape input in (TensorShape[])[
                new(5, 3, 7), new(3, 2, 6), new(4, 1, 3), new(4, 6), new(1, 3, 5)])
                yield return (new Subtract(), new Slice(1, 0, 1, 1), input, 2);
            yield return (new Multiply(), new Slice(1, 1, 1, 1), new(3, 4, 5), 3);
            yield return (new Subtract(), new GlobalAvgPool(), new(5, 3, 7), 3);
            yield return (new Concat(), new Conv2d(3, 2, 3, 1, 1), new(3, 5, 7), 3);
        }
    }
}
