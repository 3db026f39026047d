using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Kernels;

/// <summary>Plans know how many iterations the loops of an invocation take, without a device.</summary>
[TestClass]
public sealed class LoopIterationsTests
{
    private static readonly PlanOptions[] AllOptions =
    [
        new(), new(Fp16: true), new(Numerics: Numerics.Strict), new(Fuse: false),
        new()
        {
            Device = new DeviceTraits(Driver.Lavapipe, 8, HasShuffle: true, HasInt64: true, LargestTexels: 1 << 26),
        },
        new()
        {
            Device = new DeviceTraits(Driver.SwiftShader, 4, HasShuffle: true, HasInt64: true, LargestTexels: 1 << 26),
        },
        new() { Device = new DeviceTraits(LargestWorkgroup: 256) },
    ];

    [TestMethod]
    public void Nested_loops_count_with_the_test_that_ends_each()
    {
        Assert.AreEqual(6, LoopIterations.Of(5));
        Assert.AreEqual(1 + 3 * (1 + 1 + 5), LoopIterations.Of(3, 5));
        Assert.AreEqual(1, LoopIterations.Of(0, 5));
    }

    [TestMethod]
    public void No_launch_of_an_operator_case_or_of_AlexNet_takes_many_turns()
    {
        IEnumerable<ModelGraph> graphs = OperatorCases.All
            .Select(row => new ModelGraph("case", row.Input, row.Layers))
            .Append(TestModels.AlexNet()).Append(TestModels.AlexNet(SoftPoolWeighting.PerChannel));
        foreach (ModelGraph graph in graphs)
            foreach (PlanOptions options in AllOptions)
                foreach (KernelLaunch dispatch in PlanOf(graph, options).Launches)
                    Assert.IsTrue(
                        dispatch.Iterations <= LoopIterations.Many, $"{dispatch.Kernel}: {dispatch.Iterations}");
    }

    [TestMethod]
    public void A_launch_of_a_kernel_that_loops_says_its_turns()
    {
        var loops = new Dictionary<string, bool>();
        foreach ((Layer[] layers, TensorShape input, int batch) in OperatorCases.All)
            foreach (PlanOptions options in AllOptions)
                foreach (KernelLaunch dispatch in PlanOf(
                    new ModelGraph("case", input, layers), options with { Batch = batch }).Launches)
                {
                    if (!loops.TryGetValue(dispatch.Kernel, out bool hasLoop))
                        loops.Add(dispatch.Kernel, hasLoop = HasLoop(EmbeddedShaders.Load(dispatch.Kernel)));
                    Assert.IsTrue(dispatch.Iterations > 0 || !hasLoop, dispatch.Kernel);
                }
        Assert.IsTrue(loops.ContainsValue(true) && loops.ContainsValue(false));

        // OpLoopMerge, but for loops of a fixed number of iterations, which say whether they are to be unrolled.
        static bool HasLoop(uint[] module)
        {
            for (int at = 5; at < module.Length; at += (int)(module[at] >> 16))
                if ((module[at] & 0xFFFF) == 246 && (module[at + 3] & 0b11) == 0)
                    return true;
            return false;
        }
    }

    [TestMethod]
    public void The_loops_over_channels_windows_and_inputs_are_counted()
    {
        foreach ((Operator op, TensorShape input, long least) in new (Operator, TensorShape, long)[]
        {
            // A GPU has 64 lanes for each row of these.
            (new GlobalAvgPool(), new(3, 40, 50), 2000 / 64),
            (new GlobalSoftPool(SoftPoolWeighting.PerChannel), new(3, 40, 50), 4000 / 64),
            (new Softmax(), new(1000), 2000 / 64),
            (new MaxPool2d(30, 1, 0, false), new(3, 40, 50), 900),
            (new GlobalSoftPool(SoftPoolWeighting.SharedAcrossChannels), new(3, 40, 50), 6000),
            // A GPU has 32 lanes for each feature.
            (new Linear(6400, 3), new(6400), 1600 / 32),
            (new Conv2d(400, 4, 3, 1, 1), new(400, 9, 9), 400 / 8),
        })
            foreach (PlanOptions options in AllOptions)
            {
                long iterations = PlanOf(TestModels.Sequential(input, op), options).Launches
                    .Max(dispatch => dispatch.Iterations);
                Assert.IsTrue(iterations >= least, $"{op}: {iterations}");
            }
    }

    [TestMethod]
    public void Beyond_what_the_driver_grants_the_plan_is_refused_with_the_layer_its_turns_and_the_number()
    {
        ModelGraph graph = TestModels.Sequential(new(4000), new Softmax());
        var options = new PlanOptions { Device = new DeviceTraits(Driver.Lavapipe), LargestIterations = 10_000 };
        var refused = Assert.ThrowsExactly<DeviceLimitException>(() => PlanOf(graph, options));
        Assert.AreEqual(
            "The layer '0' takes 12003 loop iterations in one invocation of the kernel softmax, "
            + "but the driver ends loops after 10000: the result would be wrong.", refused.Message);
        Assert.HasCount(1, PlanOf(graph, options with { LargestIterations = 12_003 }).Launches);
    }

    [TestMethod]
    public void A_convolution_takes_a_variant_that_the_driver_does_not_end_early()
    {
        var convolution = new Conv2d(400, 4, 3, 1, 1);
        ModelGraph graph = TestModels.Sequential(new(400, 9, 9), convolution);
        int others = 0;
        foreach (PlanOptions options in AllOptions)
        {
            // The one with the most iterations was measured to be the fastest.
            var best = new Dictionary<string, string>
            {
                [VariantTable<Conv2d>.KeyOf(convolution, graph.InputShape, options)] = "tiled",
            };
            PlanOptions measured = options with { Variants = new VariantChoice(Best: best) };
            long guessed = MostIterations(options), fastest = MostIterations(measured);
            if (guessed == fastest)
                continue;
            Assert.AreEqual(guessed, MostIterations(measured with { LargestIterations = fastest - 1 }));
            others++;
        }
        Assert.IsTrue(others > 0);

        long MostIterations(PlanOptions options) =>
            PlanOf(graph, options).Launches.Max(dispatch => dispatch.Iterations);
    }

    [TestMethod]
    public void Linear_layers_are_split_from_65600_inputs_on_and_not_before()
    {
        foreach ((int features, int launches) in ((int, int)[])[(25_088, 1), (65_599, 1), (65_600, 2), (1_000_000, 2)])
            foreach (PlanOptions options in AllOptions
                .Where(options => options.Device.LargestTexels > 0 || options.IsStrict))
            {
                ExecutionPlan plan = PlanOf(
                    TestModels.Sequential(new(features), new Linear(features, 1)),
                    options with { LargestIterations = LoopIterations.Many });
                Assert.HasCount(
                    launches,
                    plan.Launches.Where(dispatch => dispatch.Kernel.StartsWith("linear", StringComparison.Ordinal)));
            }
    }

    private static ExecutionPlan PlanOf(ModelGraph graph, PlanOptions options) =>
        ExecutionPlan.Create(graph, _ => throw new InvalidOperationException("No weights are packed here."), options);
}
