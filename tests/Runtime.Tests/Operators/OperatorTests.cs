namespace SoftPool.Runtime.Tests.Operators;

/// <summary>Every operator's kernel against its reference, over odd and tiny shapes and the networks' own.</summary>
[TestClass]
public sealed class OperatorTests
{
    [TestMethod]
    public void Kernels_match_the_reference_on_a_software_device() => CheckAll(TestDevices.Software);

    [TestMethod]
    public void Kernels_match_the_reference_on_a_hardware_GPU() => CheckAll(TestDevices.Hardware);

    private static void CheckAll(GpuDevice device)
    {
        foreach (double scale in (double[])[1, 100])
            foreach ((Layer[] layers, TensorShape input, int batch) in OperatorCases.All)
                OperatorCheck.Matches(device, layers, input, batch, scale);
    }
}
