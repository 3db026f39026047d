using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Reference;
using SoftPool.Runtime.Tests.Operators;
using SoftPool.Runtime.Tests.Vulkan;
using SoftPool.Verification;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Verification;

/// <summary>A kernel that is right at every size but one is found at the first use of a network that has that
/// size.</summary>
[TestClass]
public sealed class ShapeTestTests
{
    private static readonly TensorShape Shape = new(8, 11, 13);

    private static readonly Model Model = TestModels.WithWeights(TestModels.Sequential(
        Shape, new Conv2d(8, 20, 3, 1, 1), new BatchNorm2d(20), new ReLU(), new MaxPool2d(3, 2, 0, false), new Flatten(),
        new Linear(600, 7)));

    private static IEnumerable<object[]> Options =>
    [
        [new SessionOptions { Batch = 1 }], [new SessionOptions { Batch = 3 }], [new SessionOptions { Batch = 3, Numerics = Numerics.Strict }],
        [new SessionOptions { Batch = 3, Fuse = false, KeepLayerOutputs = true }],
    ];

    [TestMethod]
    [DynamicData(nameof(Options))]
    public void Another_takes_the_place_of_a_kernel_that_is_wrong_at_the_networks_shape(SessionOptions options)
    {
        var planOptions = PlanOptions.Of(options, TestDevices.Software.Vulkan.Traits, long.MaxValue);
        var plan = ExecutionPlan.Create(Model, planOptions);
        int replaced = 0;
        foreach (PlannedLayer layer in plan.Layers.Where(layer => layer.Launches > 0))
        {
            KernelLaunch launch = plan.Launches[layer.FirstLaunch + layer.Launches - 1];
            // One that reads its shape from a buffer is the same at each, and is tested by the small networks.
            if (SelfTest.CasesOf(launch, planOptions).Any(test => test.Plan.Launches.Any(
                other => other.Kernel == launch.Kernel && other.Constants.SequenceEqual(launch.Constants))))
                continue;
            using GpuDevice device = BrokenAt(launch, "");
            try
            {
                using InferenceSession session = device.CreateSession(Model, options);
                Assert.AreEqual(launch.JudgedAs, session.RejectedKernels[0].Kernel);
                StringAssert.Contains(session.RejectedKernels[0].Reason, "wrong");
                StringAssert.Contains(session.RejectedKernels[0].Reason, $"the layer '{Model.Graph.Layers[layer.Layers[0]].Name}' at its own shape");
                // Elsewhere the kernel is right, and is used.
                Assert.IsEmpty(device.RejectedKernels);
                AssertRight(session, options);
                replaced++;
            }
            catch (UnsupportedDeviceException e)
            {
                StringAssert.Contains(e.Message, $"the layer '{Model.Graph.Layers[layer.Layers[0]].Name}' at its own shape");
                StringAssert.Contains(e.Message, device.Info.Driver);
            }
        }
        Assert.IsGreaterThan(0, replaced);
    }

    [TestMethod]
    public void A_layer_that_nothing_else_computes_is_refused_each_time_and_what_is_remembered_is_not_run_again()
    {
        using var folder = new TemporaryFolder();
        Model model = TestModels.WithWeights(TestModels.Sequential(new TensorShape(1111), new Softmax()));
        Model other = TestModels.WithWeights(TestModels.Sequential(new TensorShape(1112), new Softmax()));
        KernelLaunch launch = ExecutionPlan.Create(model, new PlanOptions { Device = TestDevices.Software.Vulkan.Traits }).Launches[0];
        foreach (bool tests in (bool[])[true, false])
        {
            int compiled = 0;
            using GpuDevice device = BrokenAt(launch, folder.Path, onCompiled: () => compiled++);
            var e = Assert.ThrowsExactly<UnsupportedDeviceException>(() => device.CreateSession(model));
            StringAssert.Contains(e.Message, "softmax");
            StringAssert.Contains(e.Message, "the layer '0' at its own shape is off by ");
            Assert.AreEqual(tests ? 1 : 0, compiled);
            // At another size it is right.
            using InferenceSession session = device.CreateSession(other);
            Assert.IsEmpty(session.RejectedKernels);
        }
        // A file that is damaged says nothing.
        string file = Directory.GetFiles(folder.Path, "*.verdicts").Single();
        byte[] damaged = File.ReadAllBytes(file);
        damaged[^1] ^= 1;
        File.WriteAllBytes(file, damaged);
        int again = 0;
        using GpuDevice anew = BrokenAt(launch, folder.Path, onCompiled: () => again++);
        Assert.ThrowsExactly<UnsupportedDeviceException>(() => anew.CreateSession(model));
        Assert.AreEqual(1, again);
    }

    [TestMethod]
    public void Without_the_self_test_it_is_used()
    {
        KernelLaunch launch = ExecutionPlan.Create(Model, new PlanOptions { Device = TestDevices.Software.Vulkan.Traits }).Launches[^1];
        using GpuDevice device = BrokenAt(launch, "", selfTest: false);
        using InferenceSession session = device.CreateSession(Model);
        Assert.IsEmpty(session.RejectedKernels);
        Assert.ThrowsExactly<AssertFailedException>(() => AssertRight(session, session.Options));
    }

    /// <summary>What the test holds kernels to: the reference's bits, at the wanted places.</summary>
    [TestMethod]
    public void Samples_are_the_references_numbers_in_every_operator_case()
    {
        var random = new Random(5);
        foreach ((Layer[] layers, TensorShape input, int _) in OperatorCases.All)
        {
            var graph = new ModelGraph("case", input, layers);
            Model model = TestModels.WithWeights(graph);
            float[] item = RandomNumbers.Normal(random, input.ElementCount, 1);
            IReadOnlyList<float[]> all = ReferenceNetwork.Run(model, item);
            int last = layers.Length - 1;
            var wanted = new bool[all[last].Length];
            for (int k = 0; k < 5; k++)
                wanted[random.Next(wanted.Length)] = true;
            float[] some = SampledReference.Compute<Exact>(
                graph, name => model.Weights[name], [last], [.. graph.InputsOf(last).Select(place => place < 0 ? item : all[place])], wanted);
            for (int i = 0; i < wanted.Length; i++)
                if (wanted[i])
                    Assert.AreEqual(all[last][i], some[i], $"{layers[last].Operator} on {input}, element {i}");
        }
    }

    [TestMethod]
    public void Terms_that_cancel_each_other_are_no_fault()
    {
        // 100,000 - 100,000 + a little: a float's rounding of the terms is all that is left.
        var weights = new Dictionary<string, Tensor>
        {
            ["0.weight"] = new(new TensorShape(2, 4), new[] { 1e5f, -1e5f, 1e-3f, 0, 1e5f, 0, -1e5f, 1e-3f }),
            ["0.bias"] = new(new TensorShape(2), new float[2]),
            ["1.weight"] = new(new TensorShape(1, 2), new[] { 1f, -1 }),
            ["1.bias"] = new(new TensorShape(1), new float[1]),
        };
        var model = new Model(
            TestModels.Sequential(new TensorShape(4), new Linear(4, 2), new Linear(2, 1)), weights, [], new Preprocessing([], []));
        using InferenceSession session = TestDevices.Software.CreateSession(model);
        Assert.IsEmpty(session.RejectedKernels);
    }

    private static GpuDevice BrokenAt(KernelLaunch broken, string folder, bool selfTest = true, Action? onCompiled = null) =>
        TestDevices.OpenSoftware(new GpuDeviceOptions
        {
            PipelineCacheFolder = folder,
            SelfTest = selfTest,
            KernelCode = launch =>
            {
                if (launch.Kernel != broken.Kernel || !launch.Constants.SequenceEqual(broken.Constants))
                    return EmbeddedShaders.Load(launch.Kernel);
                onCompiled?.Invoke();
                return BrokenKernel.Doubling(launch.Kernel, binding: 1);
            },
        });

    private static void AssertRight(InferenceSession session, SessionOptions options)
    {
        float[] input = RandomNumbers.Normal(new Random(7), options.Batch * Shape.ElementCount, 1), output = new float[options.Batch * 7];
        session.Run(input, output);
        float[] expected = [.. input.Chunk(Shape.ElementCount).SelectMany(item => ReferenceNetwork.Run(Model, item)[^1])];
        OperatorCheck.AssertClose(expected, output, "the session", 1e-5);
    }
}
