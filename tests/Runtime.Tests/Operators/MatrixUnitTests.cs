using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Operators.Convolutions.Gpu;

namespace SoftPool.Runtime.Tests.Operators;

/// <summary>Convolutions and linear layers on matrix units, which lavapipe of Mesa 26.1 has: tools/matrix.sh runs these
/// tests there.</summary>
[TestClass]
public sealed class MatrixUnitTests
{
    private static readonly (Layer[] Layers, TensorShape Input, int Batch)[] Cases =
    [
        // Cells of one, of three and of five channels, which are no whole words; pixels of several images in a tile.
        ([new Layer("0", new Conv2d(1, 1, 1, 1, 0))], new(1, 1, 1), 1),
        ([new Layer("0", new Conv2d(3, 19, 3, 2, 1))], new(3, 11, 13), 2),
        ([new Layer("0", new Conv2d(5, 70, 3, 1, 1))], new(5, 9, 7), 3),
        // Whole words, and whole steps; tiles beyond the shape, several along both axes.
        ([new Layer("0", new Conv2d(8, 130, 3, 1, 1))], new(8, 12, 12), 1),
        ([new Layer("0", new Conv2d(32, 64, 1, 1, 0))], new(32, 8, 8), 1),
        // Sums in parts, of which the last has fewer steps.
        ([new Layer("0", new Conv2d(64, 10, 3, 1, 1))], new(64, 4, 4), 1),
        // Groups, dilation, padding and stride that differ by axis.
        ([new Layer("0", new Conv2d(12, 20, new(3, 2), new(1, 2), new(2, 1)) { Dilation = new(2, 1), Groups = 4 })],
            new(12, 9, 8), 2),
        ([new Layer("0", new Linear(48, 70))], new(48), 20),
        ([new Layer("0", new Linear(700, 11))], new(700), 17),
        // A pointwise operator on the way, of whole sums and of sums in parts.
        ([new Layer("0", new Conv2d(16, 24, 3, 1, 1)), new Layer("1", new Hardtanh(-1, 2.5))], new(16, 20, 20), 1),
        ([new Layer("0", new Conv2d(64, 10, 3, 1, 1)), new Layer("1", new Hardtanh(-1, 2.5))], new(64, 4, 4), 1),
        ([new Layer("0", new Linear(48, 70)), new Layer("1", new ReLU())], new(48), 20),
        // The end of a residual connection, of whole sums and of sums in parts.
        ([new Layer("0", new Conv2d(16, 16, 3, 1, 1)), new Layer("1", new Add(), ["input", "0"])], new(16, 20, 20), 1),
        ([new Layer("0", new Conv2d(64, 64, 3, 1, 1)), new Layer("1", new Add(), ["0", "input"])], new(64, 4, 4), 1),
        // As many cells as are listed, and more.
        ([new Layer("0", new Conv2d(56, 9, 3, 1, 1))], new(56, 5, 4), 1),
        ([new Layer("0", new Conv2d(58, 9, 3, 1, 1))], new(58, 5, 4), 1),
    ];

    [TestMethod]
    [DataRow(32, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)]
    [DataRow(64, 2, 8)] // A driver that emulates matrices compiles each of these for ten seconds, and for thirty.
    [DataRow(128, 3)]
    public void A_tile_gives_what_the_reference_gives(int size, params int[] cases)
    {
        using GpuDevice device = WithMatrixUnits();
        GemmTile tile = GemmTile.All.Single(tile => tile.OnMatrixUnits && tile.Size == size);
        foreach (int i in cases)
        {
            (Layer[] layers, TensorShape input, int batch) = Cases[i];
            string variant = layers[0].Operator is Linear ? $"linear_{tile.Name}" : tile.Name;
            Assert.AreEqual(
                variant, ConvolutionVariantTests.Taken(
                    layers, input, batch, device.Vulkan.Traits, new VariantChoice(variant), fp16: true));
            OperatorCheck.Matches(
                device, layers, input, batch, scale: 1, fp16: true, OperatorCheck.Fp16Tolerance,
                new VariantChoice(variant));
        }
    }

    [TestMethod]
    public void A_host_s_device_takes_them_where_the_host_says_that_it_may()
    {
        using GpuDevice own = WithMatrixUnits(); // Its handles go last.
        var options = new GpuDeviceOptions { PipelineCacheFolder = "", SelfTest = false };
        HostDevice handles = own.Handles;
        Assert.IsTrue(handles.HasCooperativeMatrices);
        using (GpuDevice untold = GpuDevice.FromHost(handles with { HasCooperativeMatrices = false }, options))
            Assert.IsNull(untold.Vulkan.Traits.Matrix);
        using GpuDevice told = GpuDevice.FromHost(handles, options);
        Assert.AreEqual(own.Vulkan.Traits.Matrix, told.Vulkan.Traits.Matrix);
        (Layer[] layers, TensorShape input, int batch) = Cases[4];
        OperatorCheck.Matches(
            told, layers, input, batch, scale: 1, fp16: true, OperatorCheck.Fp16Tolerance,
            new VariantChoice("matrix32"));
    }

    [TestMethod]
    public void A_session_in_32_bits_or_strict_takes_none()
    {
        DeviceTraits gpu = DeviceTraits.Unknown with
        {
            SubgroupSize = 32,
            LargestWorkgroup = 1024,
            Matrix = new MatrixShape(16, 16, 16),
        };
        (Layer[] layers, TensorShape input, int batch) = Cases[4];
        foreach (GemmTile tile in GemmTile.All.Where(tile => tile.OnMatrixUnits))
        {
            var forced = new VariantChoice(tile.Name);
            Assert.AreEqual(
                tile.Name, ConvolutionVariantTests.Taken(layers, input, batch, gpu, forced, fp16: true));
            Assert.AreNotEqual(tile.Name, ConvolutionVariantTests.Taken(layers, input, batch, gpu, forced));
            Assert.AreNotEqual(
                tile.Name, ConvolutionVariantTests.Taken(
                    layers, input, batch, gpu, forced, numerics: Numerics.Strict));
            Assert.AreNotEqual(
                tile.Name, ConvolutionVariantTests.Taken(
                    layers, input, batch, gpu with { Matrix = null }, forced, fp16: true));
        }
    }

    /// <summary>The software device, without a self-test, if its driver says that it has matrix units.</summary>
    private static GpuDevice WithMatrixUnits()
    {
        GpuDevice device = TestDevices.OpenSoftware();
        if (device.Vulkan.Physical.Extensions.Contains("VK_KHR_cooperative_matrix"))
        {
            Assert.AreEqual(new MatrixShape(8, 8, 8), device.Vulkan.Traits.Matrix);
            return device;
        }
        using (device)
            throw new AssertInconclusiveException($"{device.Info.Driver} has no matrix units.");
    }
}
