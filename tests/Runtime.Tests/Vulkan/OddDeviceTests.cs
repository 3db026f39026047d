using Silk.NET.Vulkan;
using SoftPool.Execution;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Runtime.Tests.Operators;
using SoftPool.Vulkan;
using MemoryType = SoftPool.Vulkan.MemoryType;

namespace SoftPool.Runtime.Tests.Vulkan;

/// <summary>Devices at the edge of what the runtime takes: limits just below what a layer needs, next to no time or
/// memory, kinds of memory in no usual order, a cache folder that is none.</summary>
[TestClass]
public sealed class OddDeviceTests
{
    private const MemoryPropertyFlags Local = MemoryPropertyFlags.DeviceLocalBit, Coherent = MemoryTypes.Coherent,
        Cached = MemoryPropertyFlags.HostVisibleBit | MemoryPropertyFlags.HostCachedBit;

    private static readonly Model Model = SessionTests.NetworkOfAllOperators();
    private static readonly float[] Input = SessionTests.Input(2);

    [TestInitialize]
    public void OpenTheSharedDevice() => _ = TestDevices.Software;

    /// <summary>A thread of a game engine may have a small stack. Each part takes 8 bytes of it if all are submitted in
    /// one call.</summary>
    [TestMethod]
    public void A_run_of_thousands_of_parts_takes_no_more_of_the_stack()
    {
        Model map = TestModels.WithZeros(TestModels.Sequential(new TensorShape(8, 512, 512), new ReLU()));
        float[] input = RandomNumbers.Normal(new Random(1), map.Graph.InputShape.ElementCount, 1);
        var output = new float[input.Length];
        using GpuDevice device = Open(pace: new Pace(1, 1, 0.001) { IsMeasured = false });
        using InferenceSession session = device.CreateSession(map);
        using (var slot = new RunSlot(new PlannedModel(device.Vulkan, map, session.Plan)))
        {
            Submission run = slot.Submit();
            run.Wait();
            Assert.IsGreaterThan(4000, run.Parts);
        }
        var thread = new Thread(
            () =>
            {
                Span<byte> used = stackalloc byte[64 << 10];
                used.Clear();
                session.Run(input, output);
            },
            maxStackSize: 160 << 10);
        thread.Start();
        thread.Join();
        Assert.IsTrue(input.Select(value => Math.Max(value, 0)).SequenceEqual(output));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_microsecond_at_once_is_enough(bool withoutClock)
    {
        float[] expected = Run(null), output = new float[expected.Length];
        using GpuDevice device = Open(
            new InventedDevice { WithoutTimestamps = withoutClock },
            Pace.Of(GpuKind.Integrated) with { LongestMilliseconds = 0.001 });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = 2 });
        for (int i = 0; i < 3; i++)
        {
            session.Run(Input, output);
            CollectionAssert.AreEqual(expected, output);
            output.AsSpan().Clear();
            await session.RunAsync(Input, output);
            CollectionAssert.AreEqual(expected, output);
        }
    }

    /// <summary>Weights that do not fit into one operand by four bytes.</summary>
    [TestMethod]
    public void A_range_just_below_a_layer_s_weights_divides_them_or_takes_another_variant()
    {
        (Operator Operator, TensorShape Input)[] rows =
        [
            (new Conv2d(64, 64, 3, 1, 1), new(64, 14, 14)),
            (new Conv2d(64, 96, 1, 1, 0), new(64, 7, 7)),
            (new Conv2d(64, 64, 5, 1, 2) { Groups = 4 }, new(64, 9, 9)),
            (new Linear(700, 300), new(700)),
        ];
        foreach ((Operator op, TensorShape input) in rows)
            foreach (DeviceTraits traits in (DeviceTraits[])
                [TestDevices.Software.Vulkan.Traits, DeviceTraits.Unknown, new(LargestWorkgroup: 1024, Units: 32)])
            {
                ExecutionPlan plan = ExecutionPlan.Create(
                    TestModels.WithZeros(TestModels.Sequential(input, op)), new PlanOptions(2) { Device = traits });
                long weights = plan.Launches.SelectMany(launch => launch.Operands).OfType<Constant>()
                    .Max(constant => constant.ByteCount);
                long least = 4L * op.Parameters[0].Shape.ElementCount;
                using GpuDevice device = Open(new InventedDevice
                {
                    Kind = GpuKind.Integrated,
                    Traits = traits,
                    LargestRange = (uint)weights - 4,
                });
                try
                {
                    OperatorCheck.Matches(
                        device, [new Layer("0", op)], input, batch: 2,
                        tolerance: OperatorForms.Tolerance([new Layer("0", op)]));
                }
                catch (DeviceLimitException e) when (op is Conv2d)
                {
                    Assert.IsLessThanOrEqualTo(least, weights - 4, $"{op}: {e.Message}");
                    StringAssert.Contains(e.Message, "weights");
                }
            }
    }

    /// <summary>Some drivers bind more than they take as one buffer. The CPU's side of a run, the inputs and outputs of
    /// the whole batch, is small here.</summary>
    [TestMethod]
    public void A_batch_beyond_the_largest_buffer_is_computed_in_parts()
    {
        Layer[] layers =
        [
            new("0", new Conv2d(1, 32, 1, 1, 0)), new("1", new MaxPool2d(2, 2, 0, false), ["0"]),
            new("2", new Conv2d(32, 1, 1, 1, 0), ["1"]),
        ];
        var input = new TensorShape(1, 32, 32);
        using GpuDevice device = Open(new InventedDevice { LargestBuffer = 700_000, Memory = Listing(Local, Coherent) });
        OperatorCheck.Matches(device, layers, input, batch: 9, tolerance: OperatorForms.Tolerance(layers));
        using InferenceSession session = device.CreateSession(
            TestModels.WithZeros(new ModelGraph("test", input, layers)), new SessionOptions { Batch = 9 });
        Assert.AreEqual(5, session.Plan.Batch);
    }

    [TestMethod]
    public void A_heap_of_16_MB_takes_what_fits_and_refuses_the_rest_without_a_trace()
    {
        const long Heap = 16 << 20;
        Model maps = TestModels.WithZeros(TestModels.Sequential(new TensorShape(8, 128, 128), new ReLU()));
        int before = LiveObjects.Count;
        using (GpuDevice device = Open())
        {
            VulkanResult.Injected = (call, result) => call == "vkAllocateMemory"
                && device.Vulkan.Memory.Bytes > Heap - (1 << 20) ? Result.ErrorOutOfDeviceMemory : result;
            try
            {
                int live = LiveObjects.Count;
                string message = Assert.ThrowsExactly<OutOfDeviceMemoryException>(
                    () => device.CreateSession(maps, new SessionOptions { Batch = 32 })).Message;
                StringAssert.Contains(message, "smaller batch than 32");
                Assert.AreEqual(live, LiveObjects.Count);
                Assert.AreEqual(0, device.Vulkan.Memory.Bytes);
                using InferenceSession session = device.CreateSession(maps, new SessionOptions { Batch = 4 });
                float[] input = RandomNumbers.Normal(new Random(1), 4 * maps.Graph.InputShape.ElementCount, 1);
                var output = new float[input.Length];
                session.Run(input, output);
                Assert.IsTrue(input.Select(value => Math.Max(value, 0)).SequenceEqual(output));
            }
            finally
            {
                VulkanResult.Injected = null;
            }
        }
        Assert.AreEqual(before, LiveObjects.Count);
    }

    [TestMethod]
    public void Kinds_of_memory_in_any_order_serve()
    {
        float[] expected = Run(null);
        MemoryPropertyFlags[][] orders =
        [
            [Cached, Coherent, Local], [Coherent | Cached, Local], [Local | Coherent | Cached, Coherent, Local],
            [MemoryPropertyFlags.LazilyAllocatedBit | Local, Local, Coherent],
            [MemoryPropertyFlags.ProtectedBit | Local, Local | Coherent], [Coherent, Local | Cached, Local | Coherent],
            [0, Coherent, Local],
        ];
        foreach (MemoryPropertyFlags[] order in orders)
            CollectionAssert.AreEqual(
                expected, Run(new InventedDevice { Memory = Listing(order) }), string.Join(", ", order));
    }

    [TestMethod]
    public void A_cache_folder_that_is_none_or_holds_garbage_costs_time_alone()
    {
        float[] expected = Run(null);
        using var folder = new TemporaryFolder();
        string prefix = new PipelineCacheFile(
            folder.Path, TestDevices.Software.Vulkan.Physical, "verdicts").Prefix;
        // Folders where the runtime's files would be, and notes that are none.
        foreach (string ending in (string[])["pipelines", "variants", "verdicts", "folder.trying"])
            Directory.CreateDirectory($"{prefix}.{ending}");
        var garbage = new byte[5000];
        new Random(1).NextBytes(garbage);
        File.WriteAllBytes($"{prefix}.garbage.trying", garbage);
        File.WriteAllText($"{prefix}.tabs.trying", new string('\t', 3));
        File.CreateSymbolicLink($"{prefix}.link.trying", Path.Combine(folder.Path, "nothing"));
        string file = Path.Combine(folder.Path, "a file");
        File.WriteAllText(file, "");
        foreach (string cache in (string[])[folder.Path, file, Path.Combine(file, "below"), "/proc/softpool"])
        {
            using GpuDevice device = Open(cache: cache);
            using InferenceSession session = device.CreateSession(
                Model, new SessionOptions { Batch = 2, Tune = cache == file });
            Assert.IsEmpty(session.RejectedKernels, cache);
            var output = new float[expected.Length];
            session.Run(Input, output);
            OperatorCheck.AssertClose(expected, output, cache, 1e-4);
        }
    }

    [TestMethod]
    public void A_device_without_a_clock_is_tuned_a_microsecond_at_once()
    {
        float[] expected = Run(null), output = new float[expected.Length];
        InventedDevice phone = InventedDevices.All[InventedDevices.Phone64];
        using GpuDevice device = Open(
            phone, Pace.Of(GpuKind.Integrated) with { LongestMilliseconds = 0.001 });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = 2, Tune = true });
        session.Run(Input, output);
        OperatorCheck.AssertClose(expected, output, "tuned", 1e-4);
    }

    /// <summary>Each in a heap of its own. The driver has one kind, whose number all have.</summary>
    private static IReadOnlyList<MemoryType> Listing(params MemoryPropertyFlags[] types) =>
        [.. types.Select((flags, heap) => new MemoryType(0, flags, (uint)heap))];

    private static GpuDevice Open(InventedDevice? invented = null, Pace? pace = null, string cache = "") =>
        TestDevices.OpenSoftware(new GpuDeviceOptions
        {
            PipelineCacheFolder = cache,
            SelfTest = cache.Length > 0,
            Invented = invented,
            Pace = pace,
        });

    private static float[] Run(InventedDevice? invented)
    {
        using GpuDevice device = Open(invented);
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = 2 });
        var output = new float[2 * Model.Graph.OutputShape.ElementCount];
        session.Run(Input, output);
        return output;
    }
}
