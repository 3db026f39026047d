using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Operators;

/// <summary>Every operator's kernel against its reference, over odd and tiny shapes and AlexNet's own.</summary>
[TestClass]
public sealed class OperatorTests
{
    /// <summary>One row a case: the operator, the input's shape, the batch.</summary>
    private static IEnumerable<(Operator Operator, TensorShape Input, int Batch)> Cases
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
            foreach ((TensorShape input, int batch, Size2d kernel, Size2d stride, Size2d padding, bool ceilMode) in Pools)
            {
                yield return (new MaxPool2d(kernel, stride, padding, ceilMode), input, batch);
                foreach (SoftPoolWeights weights in Enum.GetValues<SoftPoolWeights>())
                    yield return (new SoftPool2d(kernel, stride, padding, ceilMode, weights), input, batch);
            }
            yield return (new ReLU(), new(1), 1);
            yield return (new ReLU(), new(3, 5, 7), 17);
            yield return (new Flatten(), new(3, 5, 7), 2);
            yield return (new Dropout(0.5), new(11), 3);
        }
    }

    private static (TensorShape, int, Size2d, Size2d, Size2d, bool)[] Pools =>
    [
        (new(48, 56, 56), 2, 3, 2, 0, false),
        (new(128, 27, 27), 1, 3, 2, 0, false),
        (new(1, 1, 1), 1, 1, 1, 0, false),
        (new(1, 2, 2), 3, 2, 2, 0, false),
        (new(17, 7, 5), 3, 3, 2, 1, false),
        (new(3, 7, 5), 17, 3, 2, 1, true),
        (new(2, 11, 6), 1, new(2, 5), new(3, 1), new(1, 2), true),
        (new(5, 13, 13), 1, 13, 1, 6, false),
    ];

    [TestMethod]
    public void Kernels_match_the_reference_on_a_software_device() => CheckAll(TestDevices.Software);

    [TestMethod]
    public void Kernels_match_the_reference_on_a_hardware_GPU() => CheckAll(TestDevices.Hardware);

    private static void CheckAll(GpuDevice device)
    {
        foreach ((Operator op, TensorShape input, int batch) in Cases)
            foreach (double scale in (double[])[1, 100])
                OperatorCheck.Matches(device, op, input, batch, scale);
    }
}
