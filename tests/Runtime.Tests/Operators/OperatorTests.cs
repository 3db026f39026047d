using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Operators;

/// <summary>Every operator's kernel against its reference, over odd and tiny shapes and the networks' own.</summary>
[TestClass]
public sealed class OperatorTests
{
    [TestMethod]
    public void Kernels_match_the_reference_on_a_software_device() => CheckAll(TestDevices.Software);

    [TestMethod]
    public void Kernels_match_the_reference_on_a_hardware_GPU() => CheckAll(TestDevices.Hardware);

    [TestMethod]
    public void Kernels_that_store_in_16_bits_come_near_the_reference()
    {
        // A half has eleven bits; inputs, weights and outputs are rounded, and a sum of rounded products can cancel.
        foreach ((Layer[] layers, TensorShape input, int batch) in OperatorCases.All)
            OperatorCheck.Matches(TestDevices.SoftwareWithFp16, layers, input, batch, scale: 1, fp16: true, tolerance: 4e-3);
    }

    [TestMethod]
    public void Kernels_that_read_storage_buffers_alone_match_the_reference()
    {
        foreach ((Layer[] layers, TensorShape input, int batch) in OperatorCases.All.Where(row => row.Layers[^1].Operator is Linear or Pooling))
            foreach (bool fp16 in (bool[])[false, TestDevices.Software.Vulkan.HasFp16Storage])
                OperatorCheck.Matches(
                    TestDevices.Software, layers, input, batch, scale: 1, fp16, tolerance: fp16 ? 4e-3 : 2e-6, texels: false);
    }

    private static void CheckAll(GpuDevice device)
    {
        foreach (double scale in (double[])[1, 100])
            foreach ((Layer[] layers, TensorShape input, int batch) in OperatorCases.All)
                OperatorCheck.Matches(device, layers, input, batch, scale);
    }
}
