using SoftPool.Kernels;
using SoftPool.Models;
using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Operators;

/// <summary>Every operator's kernel against its reference, over odd and tiny shapes and the networks' own.</summary>
[TestClass]
public sealed class OperatorTests
{
    [TestMethod]
    public void Every_operator_has_cases() => Assert.AreEqual("", string.Join(", ",
        ModelJson.Default.Operator.PolymorphismOptions!.DerivedTypes.Select(type => type.DerivedType)
            .Except(OperatorCases.All.Select(row => row.Layers[^1].Operator.GetType())).Select(type => type.Name)));

    [TestMethod]
    public void Kernels_match_the_reference_on_a_software_device() => CheckAll(TestDevices.Software);

    [TestMethod]
    public void Kernels_match_the_reference_on_a_hardware_GPU() => CheckAll(TestDevices.Hardware);

    [TestMethod]
    public void Kernels_that_store_in_16_bits_come_near_the_reference()
    {
        foreach ((Layer[] layers, TensorShape input, int batch) in OperatorCases.All)
            OperatorCheck.Matches(
                TestDevices.SoftwareWithFp16, layers, input, batch, scale: 1, fp16: true,
                tolerance: OperatorCheck.Fp16Tolerance);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Kernels_that_read_storage_buffers_alone_match_the_reference(bool fp16)
    {
        GpuDevice device = fp16 ? TestDevices.SoftwareWithFp16 : TestDevices.Software;
        foreach ((Layer[] layers, TensorShape input, int batch) in
            OperatorCases.All.Where(row => row.Layers[^1].Operator is Linear or Pooling))
            OperatorCheck.Matches(
                device, layers, input, batch, scale: 1, fp16,
                tolerance: fp16 ? OperatorCheck.Fp16Tolerance : OperatorCheck.Tolerance,
                plannedFor: DeviceTraits.Unknown);
    }

    [TestMethod]
    public void Kernels_in_workgroups_of_64_match_the_reference()
    {
        foreach ((Layer[] layers, TensorShape input, int batch) in
            OperatorCases.All.Where(row => row.Layers[^1].Operator is Linear or Conv2d))
            OperatorCheck.Matches(
                TestDevices.Software, layers, input, batch, tolerance: OperatorForms.Tolerance(layers),
                plannedFor: new DeviceTraits(LeastSubgroupSize: 64));
    }

    private static void CheckAll(GpuDevice device)
    {
        foreach (double scale in (double[])[1, 100])
            foreach ((Layer[] layers, TensorShape input, int batch) in OperatorCases.All)
                OperatorCheck.Matches(device, layers, input, batch, scale, tolerance: OperatorForms.Tolerance(layers));
    }
}
