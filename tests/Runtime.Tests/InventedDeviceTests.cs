using SoftPool.Execution;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Runtime.Tests.Operators;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests;

/// <summary>The software device pretends to be others, with their limits and without their lacking features: what runs
/// there gives the reference's numbers, and what cannot is refused by name.</summary>
[TestClass]
public sealed class InventedDeviceTests
{
    private const int Batch = 2;
    private static readonly Model Model = SessionTests.NetworkOfAllOperators();
    private static readonly float[] Input = SessionTests.Input(Batch);

    [TestInitialize]
    public void OpenTheSharedDevice() => _ = TestDevices.Software;

    public static IEnumerable<object[]> Names => InventedDevices.All.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public async Task A_network_gives_the_reference_s_numbers_in_every_mode(string name)
    {
        using GpuDevice device = Open(name);
        using InferenceSession session = device.CreateSession(
            Model, new SessionOptions { Batch = Batch, MaxConcurrentRuns = 2 });
        float[] expected =
        [
            .. Input.Chunk(Model.Graph.InputShape.ElementCount)
                .SelectMany(item => ReferenceNetwork.Run(Model, item)[^1]),
        ];
        float[] output = new float[expected.Length];
        float[] async = new float[expected.Length];
        float[] stepped = new float[expected.Length];
        session.Run(Input, output);
        OperatorCheck.AssertClose(expected, output, name, OperatorCheck.Tolerance);
        await session.RunAsync(Input, async);
        CollectionAssert.AreEqual(output, async);
        using Stepper stepper = session.CreateStepper();
        stepper.Start(Input);
        while (!stepper.Step(TimeSpan.Zero))
        {
        }
        stepper.Finish(stepped);
        CollectionAssert.AreEqual(output, stepped);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Every_layer_gives_the_reference_s_numbers_and_strict_sessions_its_bits(string name)
    {
        using GpuDevice device = Open(name);
        foreach (Numerics numerics in (Numerics[])[Numerics.Fast, Numerics.Strict])
        {
            using InferenceSession session = device.CreateSession(
                Model, new SessionOptions { Batch = Batch, KeepLayerOutputs = true, Numerics = numerics });
            session.Run(Input, new float[Batch * Model.Graph.OutputShape.ElementCount]);
            IReadOnlyList<float[]>[] expected =
            [
                .. Input.Chunk(Model.Graph.InputShape.ElementCount).Select(item =>
                    numerics == Numerics.Strict
                        ? ReferenceNetwork.RunStrict(Model, item)
                        : ReferenceNetwork.Run(Model, item)),
            ];
            foreach (string layer in session.KeptLayers)
            {
                int i = Model.Graph.Layers.Select(item => item.Name).ToList().IndexOf(layer);
                float[] right = [.. expected.SelectMany(layers => layers[i])], actual = new float[right.Length];
                session.ReadLayer(layer, actual);
                if (numerics == Numerics.Strict)
                    CollectionAssert.AreEqual(right, actual, $"{layer} on {name}");
                else
                    OperatorCheck.AssertClose(right, actual, $"{layer} on {name}", OperatorCheck.Tolerance);
            }
        }
    }

    /// <summary>The invented devices differ in what kernels see in two ways: the workgroup, and where buffers
    /// lie.</summary>
    [TestMethod]
    [DataRow(InventedDevices.Phone64)]
    [DataRow(InventedDevices.LeastOfAll)]
    public void Every_operator_gives_the_reference_s_numbers(string name)
    {
        using GpuDevice device = Open(name);
        int refused = 0;
        foreach ((Layer[] layers, TensorShape input, int batch) in OperatorCases.All)
            try
            {
                OperatorCheck.Matches(device, layers, input, batch, tolerance: OperatorForms.Tolerance(layers));
            }
            catch (DeviceLimitException) when (layers is [{ Operator: Linear { InFeatures: 65_601 } }])
            {
                // Weights of 64 features are the least that a kernel takes. They exceed 16 MiB.
                refused++;
            }
        Assert.AreEqual(name == InventedDevices.LeastOfAll ? 1 : 0, refused);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Kernels_pass_their_self_test(string name)
    {
        using GpuDevice device = Open(name, selfTest: true);
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        Assert.IsEmpty(session.RejectedKernels);
    }

    [TestMethod]
    public void Buffers_lie_where_the_device_wants_them()
    {
        using GpuDevice device = Open(InventedDevices.Phone64);
        ExecutionPlan plan = PlanFor(device, Batch);
        using var program = new DeviceProgram(device.Vulkan, Model, plan, keepLayerOutputs: false);
        foreach (Operand operand in plan.Launches.SelectMany(launch => launch.Operands))
            Assert.AreEqual(0, program.PlaceOf(operand).Offset % 256);
    }

    [TestMethod]
    public void No_kernel_takes_more_buffers_than_every_device_has()
    {
        using GpuDevice device = Open(InventedDevices.LeastOfAll);
        foreach (PlanOptions numerics in (PlanOptions[])[new(), new(Fp16: true), new(Numerics: Numerics.Strict)])
            foreach ((Layer[] layers, TensorShape input, int batch) in OperatorCases.All)
                foreach (KernelLaunch launch in ExecutionPlan.Create(
                    TestModels.WithZeros(new ModelGraph("test", input, layers)),
                    numerics with { Batch = batch, Device = device.Vulkan.Traits }).Launches)
                    Assert.IsLessThanOrEqualTo(4, launch.Operands.Count, launch.Kernel);
    }

    [TestMethod]
    public void What_is_lacking_is_refused_by_name()
    {
        using GpuDevice device = Open(InventedDevices.LeastOfAll);
        Assert.IsFalse(device.Vulkan.Traits.HasInt64);
        StringAssert.Contains(
            Assert.ThrowsExactly<UnsupportedDeviceException>(
                () => device.CreateSession(Model, new SessionOptions { Fp16 = true })).Message,
            "16-bit storage");
    }

    [TestMethod]
    public void A_device_without_a_clock_is_tuned_and_profiled_by_the_CPU_s()
    {
        using GpuDevice device = Open(InventedDevices.LeastOfAll);
        using InferenceSession session = device.CreateSession(
            Model, new SessionOptions { Batch = Batch, Tune = true });
        Assert.IsGreaterThan(0, device.Vulkan.Variants.Choice.Best!.Count);
        using Profiler profiler = session.CreateProfiler();
        Assert.IsFalse(profiler.MeasuresOnDevice);
        IReadOnlyList<LaunchProfile> launches = profiler.Run(Input);
        CollectionAssert.AreEqual(
            session.Plan.Launches.Select(launch => launch.Kernel).ToArray(),
            launches.Select(launch => launch.Kernel).ToArray());
        Assert.IsTrue(launches.All(launch => launch.DeviceTime > TimeSpan.Zero));
        using InferenceSession other = TestDevices.Software.CreateSession(Model);
        using Profiler measuring = other.CreateProfiler();
        Assert.IsTrue(measuring.MeasuresOnDevice);
    }

    /// <summary>16 MiB hold 4 Mi floats. A linear layer's weights are divided, a batch of maps is computed in parts,
    /// and a single map is refused.</summary>
    [TestMethod]
    public void A_layer_beyond_the_largest_range_is_divided_or_refused_with_what_would_fit()
    {
        using GpuDevice device = Open(InventedDevices.LeastOfAll);
        OperatorCheck.Matches(device, [new Layer("0", new Linear(2100, 2100))], new TensorShape(2100), batch: 1);
        Model maps = TestModels.WithZeros(TestModels.Sequential(new TensorShape(8, 256, 256), new ReLU()));
        float[] input = RandomNumbers.Normal(new Random(1), 9 * maps.Graph.InputShape.ElementCount, 1);
        var output = new float[input.Length];
        using InferenceSession session = device.CreateSession(maps, new SessionOptions { Batch = 9 });
        session.Run(input, output);
        Assert.IsTrue(input.Select(value => Math.Max(value, 0)).SequenceEqual(output));
        Assert.AreEqual(5, session.Plan.Batch);
        Model map = TestModels.WithZeros(TestModels.Sequential(new TensorShape(8, 1024, 1024), new ReLU()));
        StringAssert.Contains(
            Assert.ThrowsExactly<DeviceLimitException>(() => device.CreateSession(map)).Message,
            "one item alone takes as much");
    }

    private static ExecutionPlan PlanFor(GpuDevice device, int batch) => ExecutionPlan.Create(
        Model,
        new PlanOptions(batch, LargestBuffer: device.Vulkan.Physical.LargestOperand)
        {
            Device = device.Vulkan.Traits,
        });

    private static GpuDevice Open(string name, bool selfTest = false) => TestDevices.OpenSoftware(new GpuDeviceOptions
    {
        PipelineCacheFolder = "",
        SelfTest = selfTest,
        Invented = InventedDevices.All[name],
        Pace = InventedDevices.Short,
    });
}
