using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Runtime.Tests.Operators;
using SoftPool.Runtime.Tests.Vulkan;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Graph;

/// <summary>Additions that a convolution's kernel takes along.</summary>
[TestClass]
public sealed class ResidualTests
{
    private static readonly TensorShape Shape = new(24, 9, 7);

    private static readonly Conv2d Convolution = new(24, 24, 3, 1, 1);

    private static readonly PlanOptions Options = new(Batch: 2)
    {
        Device = new DeviceTraits(StorageBuffers: 5),
        Variants = new VariantChoice("gemm32"),
    };

    // As in a residual network: the norm is in the weights.
    private static readonly (string Name, Operator Operator, string Inputs)[] Block =
    [
        ("a", Convolution, "input"), ("r", new ReLU(), "a"), ("b", Convolution, "r"), ("n", new BatchNorm2d(24), "b"),
        ("s", new Add(), "n input"), ("t", new ReLU(), "s"),
    ];

    [TestMethod]
    public void A_block_of_a_residual_network_is_two_convolutions()
    {
        ExecutionPlan plan = Plan(Options, Block);
        Assert.AreEqual("a:conv2d_gemm32 a:conv2d_gemm_sums b:conv2d_gemm32 b:conv2d_gemm_sums_add", Launched(plan));
        CollectionAssert.AreEquivalent(new[] { "r", "t" }, plan.LayerOutputs.Keys.ToArray());
        PlannedLayer last = plan.Layers[^1];
        TestModels.AssertSequence<int>([2, 3, 4, 5], [.. last.Layers]);
        TestModels.AssertSequence<Operand>([plan.LayerOutputs["r"], plan.Inputs[0]], [.. last.Inputs]);
        Assert.AreSame(plan.Inputs[0], plan.Launches[^1].Operands[^1]);
    }

    [TestMethod]
    public void Of_two_convolutions_the_one_that_comes_last_adds() => Assert.AreEqual(
        "a:conv2d_gemm32 a:conv2d_gemm_sums b:conv2d_gemm32 b:conv2d_gemm_sums_add",
        Launched(Plan(
            Options, ("a", Convolution, "input"), ("b", Convolution, "input"), ("s", new Add(), "a b"))));

    [TestMethod]
    public void What_cannot_be_taken_along_has_a_launch()
    {
        (string, Operator, string)[] sum = [("b", Convolution, "input"), ("s", new Add(), "b input")];
        const string Apart = "b:conv2d_gemm32 b:conv2d_gemm_sums s:elementwise";
        // A device of four storage buffers, a variant that adds nothing, layers that are wanted each.
        Assert.AreEqual(Apart, Launched(Plan(Options with { Device = new DeviceTraits(StorageBuffers: 4) }, sum)));
        Assert.AreEqual(
            "b:conv2d_narrow s:elementwise",
            Launched(Plan(Options with { Variants = new VariantChoice("tiled") }, sum)).Replace(
                "conv2d s", "conv2d_narrow s", StringComparison.Ordinal));
        Assert.AreEqual(Apart, Launched(Plan(Options with { Fuse = false }, sum)));
        Assert.AreEqual(
            Apart,
            Launched(Plan(Options with { Variants = new("gemm32", RejectedKernels: ["gemm32_add"]) }, sum)));
        // Another operation; an operand that is repeated; the sum of a value with itself; a sum that is read twice.
        Assert.AreEqual(Apart, Launched(Plan(
            Options, ("b", Convolution, "input"), ("s", new Subtract(), "b input"))));
        Assert.EndsWith(Apart, Launched(Plan(
            Options, ("g", new GlobalAvgPool(), "input"), ("b", Convolution, "input"), ("s", new Add(), "b g"))));
        Assert.AreEqual(Apart, Launched(Plan(Options, ("b", Convolution, "input"), ("s", new Add(), "b b"))));
        Assert.Contains("s:elementwise", Launched(Plan(
            Options, ("b", Convolution, "input"), ("s", new Add(), "b input"),
            ("m", new MaxPool2d(3, 1, 1, false), "b"), ("c", new Concat(1), "s m"))));
    }

    [TestMethod]
    [DataRow("gemm32")]
    [DataRow("gemm64")]
    [DataRow("gemm128")]
    [DataRow("gemm_winograd3")]
    public void Values_are_those_of_the_reference(string variant)
    {
        GpuDevice device = TestDevices.Software;
        var forced = new VariantChoice(variant);
        foreach (int batch in (int[])[1, 40]) // divided sums, and whole ones
        {
            Layer[] layers = LayersOf(Block);
            ExecutionPlan plan = Plan(
                new PlanOptions(batch) { Device = device.Vulkan.Traits, Variants = forced }, Block);
            Assert.EndsWith("_add", plan.Launches[^1].Kernel);
            OperatorCheck.Matches(
                device, layers, Shape, batch, scale: 1, fp16: false,
                2 * Conv2d.Variants.All.Single(row => row.Name == variant).Tolerance, forced);
        }
    }

    /// <summary>Winograd's algorithm takes images in parts whose tiles stay in a GPU's cache.</summary>
    [TestMethod]
    [DataRow(3, 200)]
    [DataRow(5, 120)]
    public void Images_behind_the_first_part_have_their_own_values(int kernel, int batch)
    {
        GpuDevice device = TestDevices.Software;
        var forced = new VariantChoice($"gemm_winograd{kernel}");
        (string, Operator, string)[] layers =
            [("b", new Conv2d(24, 24, kernel, 1, kernel / 2), "input"), ("s", new Add(), "b input")];
        foreach (string ending in (string[])["_gemm_output", "_gemm_output_add"])
        {
            int count = ending == "_gemm_output" ? 1 : 2;
            ExecutionPlan plan = Plan(
                new PlanOptions(batch) { Device = device.Vulkan.Traits, Variants = forced }, layers[..count]);
            Assert.AreEqual(
                2, plan.Launches.Count(launch => launch.Kernel.EndsWith(ending, StringComparison.Ordinal)));
            OperatorCheck.Matches(
                device, LayersOf(layers[..count]), Shape, batch, scale: 1, fp16: false, tolerance: 2e-5, forced);
        }
    }

    [TestMethod]
    [DataRow("gemm32", "conv2d_gemm_sums_add", 1)]
    [DataRow("gemm64", "conv2d_gemm64_add", 40)]
    [DataRow("gemm_winograd3", "winograd6_gemm_output_add", 1)]
    public void Where_a_kernel_adds_wrongly_its_variant_does_without_it(string variant, string broken, int batch)
    {
        using GpuDevice device = TestDevices.OpenSoftware(new GpuDeviceOptions
        {
            PipelineCacheFolder = "",
            KernelCode = launch => launch.Kernel == broken
                ? BrokenKernel.Doubling(broken, binding: 1) : EmbeddedShaders.Load(launch.Kernel),
        });
        Model model = TestModels.WithWeights(new ModelGraph("residual", Shape, LayersOf(Block)));
        using var session = new InferenceSession(
            device, model, new SessionOptions(Batch: batch), new VariantChoice(variant));
        Assert.AreEqual($"{variant}_add", session.RejectedKernels.Single().Kernel);
        Assert.IsTrue(session.Plan.Launches.All(launch => launch.Layer == "s" || launch.Variant == variant));
        Assert.AreEqual("s", session.Plan.Launches[^1].Layer);
    }

    private static string Launched(ExecutionPlan plan) =>
        string.Join(' ', plan.Launches.Select(launch => $"{launch.Layer}:{launch.Kernel}"));

    private static Layer[] LayersOf((string Name, Operator Operator, string Inputs)[] layers) =>
        [.. layers.Select(layer => new Layer(layer.Name, layer.Operator, layer.Inputs.Split(' ')))];

    private static ExecutionPlan Plan(
        PlanOptions options, params (string Name, Operator Operator, string Inputs)[] layers) =>
        ExecutionPlan.Create(TestModels.WithZeros(new ModelGraph("residual", Shape, LayersOf(layers))), options);
}
