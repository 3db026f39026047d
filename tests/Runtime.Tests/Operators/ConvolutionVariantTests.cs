using SoftPool.Execution;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Operators.Convolutions.Cpu;
using SoftPool.Operators.Convolutions.Gpu;

namespace SoftPool.Runtime.Tests.Operators;

/// <summary>Every way to compute a convolution, over all the cases of it that it takes.</summary>
[TestClass]
public sealed class ConvolutionVariantTests
{
    private static readonly DeviceTraits Lavapipe = new(
        Driver.Lavapipe, SubgroupSize: 8, HasShuffle: true, HasInt64: true, LargestTexels: 1 << 27,
        LargestWorkgroup: 1024, Matrix: new MatrixShape(8, 8, 8));

    // They test each tap, and lay no padding around the input.
    private static readonly string[] WithoutPadding = ["tiled", .. GemmTile.All.Select(tile => tile.Name)];

    private static IEnumerable<OperatorCase> Cases =>
        OperatorCases.All.Where(row => row.Layers is [{ Operator: Conv2d }]);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Every_variant_matches_the_reference(bool fp16)
    {
        GpuDevice device = fp16 ? TestDevices.SoftwareWithFp16 : TestDevices.Software;
        var tested = new HashSet<string>();
        foreach (Variant<Conv2d> variant in Conv2d.Variants.All)
            foreach (OperatorCase row in Cases.Where(row => OperatorForms.IsTried(variant, row)))
            {
                (Layer[] layers, TensorShape input, int batch) = row;
                var forced = new VariantChoice(variant.Name);
                if (Taken(layers, input, batch, device.Vulkan.Traits, forced, fp16) != variant.Name)
                    continue;
                OperatorCheck.Matches(
                    device, layers, input, batch, scale: 1, fp16,
                    fp16 ? OperatorCheck.Fp16Tolerance : variant.Tolerance, forced);
                tested.Add(variant.Name);
            }
        foreach (string name in MustRun(device, fp16))
            Assert.Contains(name, tested);
    }

    /// <summary>The variants that a device is known to run. By its name, not by its traits: those would excuse what
    /// they deny.</summary>
    internal static IEnumerable<string> MustRun(GpuDevice device, bool fp16 = false, bool strict = false) =>
        Conv2d.Variants.All.Where(variant => variant switch
        {
            PlainWinogradConvolution { AsGemm: true } => !strict,
            WinogradConvolution or PlainWinogradConvolution when fp16 || strict => false,
            GemmConvolution { Tile.OnMatrixUnits: true } =>
                fp16 && device.Vulkan.Physical.Extensions.Contains("VK_KHR_cooperative_matrix"),
            GemmConvolution when strict => false,
            WinogradConvolution or LanesConvolution or OneByOneConvolution =>
                device.Info.Name.StartsWith("llvmpipe", StringComparison.Ordinal),
            _ => true,
        }).Select(variant => variant.Name);

    [TestMethod]
    public void Every_variant_takes_some_convolution_on_some_device()
    {
        foreach (Variant<Conv2d> variant in Conv2d.Variants.All)
            Assert.Contains(
                variant.Name,
                Cases.Select(row => Taken(
                    row.Layers, row.Input, row.Batch, Lavapipe, new VariantChoice(variant.Name),
                    fp16: variant is GemmConvolution { Tile.OnMatrixUnits: true })));
    }

    [TestMethod]
    [DataRow(56, "3x3")] // 504 cells, padded to 512: as many as are listed.
    [DataRow(57, "3x3")] // 513, padded to 528: more.
    [DataRow(19, "3x9")] // Rows, columns and their steps that differ.
    [DataRow(3, "1x1")]
    public void Windows_of_as_many_cells_as_are_listed_and_of_more_match(int channels, string taps)
    {
        (int high, int wide) = (taps[0] - '0', taps[2] - '0');
        Layer[] layers =
        [
            new Layer("0", new Conv2d(channels, 21, new(high, wide), new(2, 1), new(high / 2, wide - 1))
            {
                Dilation = new(1, 2),
            }),
        ];
        foreach (string variant in (string[])["gemm32", "gemm64", "gemm128"])
        {
            var forced = new VariantChoice(variant);
            Assert.AreEqual(
                variant, Taken(layers, new(channels, 9, 23), 2, TestDevices.Software.Vulkan.Traits, forced));
            OperatorCheck.Matches(
                TestDevices.Software, layers, new(channels, 9, 23), 2, scale: 1, fp16: false,
                Conv2d.Variants.All.Single(row => row.Name == variant).Tolerance, forced);
        }
    }

    [TestMethod]
    public void A_batch_in_parts_gives_the_bits_of_a_whole_one()
    {
        GpuDevice device = TestDevices.Software;
        TensorShape shape = new(5, 9, 7);
        Model model = TestModels.WithWeights(
            new ModelGraph("test", shape, [new Layer("0", new Conv2d(5, 19, 3, 1, 1)), new Layer("1", new ReLU())]));
        float[] input = RandomNumbers.Normal(new Random(1), 5 * shape.ElementCount, 1);
        int tested = 0;
        foreach (string variant in (string[])["winograd3x4x16", "winograd3x4x16_texel", "plain_winograd3"])
        {
            // An image takes 28 or 74 KB in the largest buffer.
            ExecutionPlan whole = Plan(variant, long.MaxValue), parts = Plan(variant, 100_000);
            // For subgroups of 16 the weights alone exceed that buffer.
            bool isTooSmall = device.Vulkan.Traits.SubgroupSize > 8 && !parts.Launches.Any(IsOfVariant);
            if (isTooSmall || !whole.Launches.Any(IsOfVariant))
                continue;
            Assert.IsGreaterThan(whole.Launches.Count, parts.Launches.Count, variant);
            CollectionAssert.AreEqual(Run(whole), Run(parts), variant);
            tested++;

            bool IsOfVariant(KernelLaunch launch) => launch.Variant == variant;
        }
        Assert.IsGreaterThan(0, tested);

        ExecutionPlan Plan(string variant, long largest) => ExecutionPlan.Create(
            model,
            new PlanOptions(Batch: 5, LargestBuffer: largest)
            {
                Device = device.Vulkan.Traits,
                Variants = new VariantChoice(variant),
            });

        float[] Run(ExecutionPlan plan)
        {
            using var run = new RunSlot(new PlannedModel(device.Vulkan, model, plan));
            input.CopyTo(run.Input);
            run.Submit().Wait();
            var output = new float[5 * model.Graph.OutputShape.ElementCount];
            run.Read(plan.Batch, output);
            return output;
        }
    }

    [TestMethod]
    public void A_variant_that_is_struck_off_is_not_taken()
    {
        (Layer[] layers, TensorShape input, int batch) = Cases.First();
        var rejected = new List<string>();
        string taken;
        while ((taken = Taken(layers, input, batch, Lavapipe, new VariantChoice(RejectedKernels: rejected))) != "tiled")
        {
            Assert.DoesNotContain(taken, rejected);
            rejected.Add(taken);
        }
        Assert.IsGreaterThan(1, rejected.Count);
        // The last one stays: it takes whatever no other does.
        string[] all = [.. Conv2d.Variants.All.Select(variant => variant.Name)];
        Assert.AreEqual("tiled", Taken(layers, input, batch, Lavapipe, new VariantChoice(RejectedKernels: all)));
    }

    [TestMethod]
    public void A_device_of_which_nothing_is_known_runs_what_every_device_runs()
    {
        foreach ((Layer[] layers, TensorShape input, int batch) in Cases)
            Assert.Contains(
                Taken(layers, input, batch, DeviceTraits.Unknown, VariantChoice.Default),
                (string[])
                    [
                        "shallow", "gemm_winograd3", "gemm_winograd5", "gemm64", "gemm32", "packed", "packed_narrow",
                        "planes", "planes_narrow", "tiled",
                    ]);
    }

    [TestMethod]
    public void Winograd_s_transforms_cost_more_where_products_are_cheap_and_memory_is_the_CPU_s()
    {
        // ResNet-18's first block at a batch of 64.
        Layer[] layers = [new Layer("0", new Conv2d(64, 64, 3, 1, 1))];
        var gpu = new DeviceTraits(
            SubgroupSize: 64, LeastSubgroupSize: 32, LargestWorkgroup: 1024, Units: 12, SharesMemory: true);
        DeviceTraits withMatrices = gpu with { Matrix = new(16, 16, 16) };
        Assert.AreEqual("gemm_winograd3", TakenBy(gpu));
        Assert.AreEqual("gemm64", TakenBy(withMatrices));
        Assert.AreEqual("gemm_winograd3", TakenBy(withMatrices with { SharesMemory = false }));

        string TakenBy(DeviceTraits device) => Taken(layers, new(64, 56, 56), 64, device, VariantChoice.Default);
    }

    [TestMethod]
    [DataRow(524288)]
    [DataRow(524290)]
    public void Padding_that_makes_an_input_of_more_than_2_GiB_is_left_to_who_lays_none_around_it(int width)
    {
        // 8192 rows: 2^32 words or a few more, which an int takes for none or for a few.
        Layer[] layers = [new Layer("0", new Conv2d(1, 16, new(4096, 1), new(4096, 1), new(4096, 0)))];
        Layer[] wide = [new Layer("0", new Conv2d(4, 16, new(4096, 1), new(4096, 1), new(4096, 0)))];
        foreach (DeviceTraits device in (DeviceTraits[])[DeviceTraits.Unknown, Lavapipe])
            foreach (Variant<Conv2d> variant in Conv2d.Variants.All)
            {
                var forced = new VariantChoice(variant.Name);
                Assert.Contains(Taken(layers, new(1, 1, width), 1, device, forced), WithoutPadding, variant.Name);
                Assert.Contains(Taken(wide, new(4, 1, width), 1, device, forced), WithoutPadding, variant.Name);
            }
    }

    [TestMethod]
    [DataRow(1024, 3)]
    [DataRow(800, 5)]
    [DataRow(4096, 3)] // Transformed, the weights exceed 2 GiB.
    public void Weights_that_exceed_the_device_only_as_a_variant_lays_them_out_are_left_to_another(
        int channels, int taps)
    {
        const long Largest = 1 << 30;
        Layer[] layers = [new Layer("0", new Conv2d(channels, channels, taps, 1, taps / 2))];
        // lavapipe binds 128 MiB at most; the largest direct weights here are 604 MB.
        long largest = channels < 4096 ? 1 << 27 : Largest;
        foreach (DeviceTraits device in (DeviceTraits[])[DeviceTraits.Unknown, Lavapipe, new(Driver.SwiftShader, 4)])
            foreach (VariantChoice choice in (VariantChoice[])[
                VariantChoice.Default, .. Conv2d.Variants.All.Select(variant => new VariantChoice(variant.Name))])
            {
                ExecutionPlan plan = ExecutionPlan.Create(
                    new ModelGraph("test", new(channels, 13, 13), layers),
                    name => throw new AssertFailedException(name),
                    new PlanOptions(LargestBuffer: largest) { Device = device, Variants = choice });
                foreach (Operand operand in plan.Launches.SelectMany(dispatch => dispatch.Operands))
                    Assert.IsLessThanOrEqualTo(largest, operand.ByteCount, $"{choice.Forced} of {device.Driver}");
            }
    }

    [TestMethod]
    public void A_convolution_of_so_many_channels_that_padding_overflows_a_row_can_be_planned()
    {
        // With padding a row has 2^33 numbers.
        Layer[] layers = [new Layer("0", new Conv2d(1 << 20, 1, 1, new(1, 4096), new(0, 4096)))];
        foreach (Variant<Conv2d> variant in Conv2d.Variants.All)
            Assert.Contains(
                Taken(layers, new(1 << 20, 1, 1), 1, Lavapipe, new VariantChoice(variant.Name)), WithoutPadding,
                variant.Name);
    }

    internal static string Taken(
        Layer[] layers, TensorShape input, int batch, DeviceTraits device, VariantChoice choice, bool fp16 = false,
        Numerics numerics = Numerics.Fast) =>
        ExecutionPlan.Create(
            TestModels.WithZeros(new ModelGraph("test", input, layers)),
            new PlanOptions(batch, Fp16: fp16, Numerics: numerics) { Device = device, Variants = choice }).Launches
            .Last(dispatch => dispatch.Variant.Length > 0).Variant;
}
