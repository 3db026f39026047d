using SoftPool.Operators;
using SoftPool.Runtime.Tests.Vulkan;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests;

/// <summary>Inputs that are written where runs read them, as floats or as what the device widens.</summary>
[TestClass]
public sealed class MappedInputTests
{
    private const int Batch = 5;

    private static readonly Model Model = TestModels.WithWeights(TestModels.Sequential(
        new TensorShape(3, 9, 7), new Conv2d(3, 5, 3, 1, 1), new GlobalAvgPool()));

    private static readonly int Inputs = Batch * Model.Graph.InputShape.ElementCount;
    private static readonly int Outputs = Batch * Model.Graph.OutputShape.ElementCount;

    /// <summary>Whole, and with three items in a part: a part then begins in the middle of a word of bytes.</summary>
    [TestMethod]
    [DataRow(1 << 20)]
    [DataRow(4000)]
    public async Task Every_type_gives_what_its_floats_give(int range)
    {
        using GpuDevice device = TestDevices.OpenSoftware(new GpuDeviceOptions
        {
            PipelineCacheFolder = "",
            SelfTest = false,
            Invented = new InventedDevice { LargestRange = (uint)range },
        });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        Assert.AreEqual(range == 4000 ? 3 : 5, session.Plan.Batch);
        await Check(i => RandomNumbers.Normal(new Random(i), 1, 1)[0], value => value);
        await Check(i => (Half)RandomNumbers.Normal(new Random(i), 1, 1)[0], value => (float)value);
        await Check(i => (byte)(i * 97), value => value);

        async Task Check<T>(Func<int, T> make, Func<T, float> widen) where T : unmanaged
        {
            T[] values = [.. Enumerable.Range(0, Inputs).Select(make)];
            float[] expected = new float[Outputs], output = new float[Outputs];
            session.Run(Array.ConvertAll(values, value => widen(value)), expected);
            using MappedInput<T> mapped = session.MapInput<T>();
            values.CopyTo(mapped.Values());
            mapped.Run(output);
            CollectionAssert.AreEqual(expected, output, $"{typeof(T)}");
            // What was written is still there.
            output.AsSpan().Clear();
            await mapped.RunAsync(output);
            CollectionAssert.AreEqual(expected, output, $"{typeof(T)}");
            float[] two = new float[Outputs / Batch * 2];
            mapped.Run(two);
            CollectionAssert.AreEqual(expected[..two.Length], two);
        }
    }

    [TestMethod]
    public void Running_again_allocates_nothing()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            Model, new SessionOptions { Batch = Batch });
        using MappedInput<byte> mapped = session.MapInput<byte>();
        var output = new float[Outputs];
        for (int i = 0; i < 3; i++)
            Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run()
        {
            mapped.Values().Fill(3);
            mapped.Run(output);
        }
    }

    [TestMethod]
    public async Task It_counts_as_a_run_until_it_is_disposed()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            Model, new SessionOptions { Batch = Batch });
        var output = new float[Outputs];
        MappedInput<Half> mapped = session.MapInput<Half>();
        mapped.Values().Clear();
        Task waiting = session.RunAsync(new float[Inputs], new float[Outputs]);
        await Task.Delay(50);
        Assert.IsFalse(waiting.IsCompleted);
        Task run = mapped.RunAsync(output);
        mapped.Dispose();
        await run;
        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.ThrowsExactly<ObjectDisposedException>(() => mapped.Values());
        Assert.ThrowsExactly<ObjectDisposedException>(() => mapped.Run(output));
        mapped.Dispose();
    }

    [TestMethod]
    public void What_does_not_fit_is_refused_and_gives_its_turn_back()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            Model, new SessionOptions { Batch = Batch });
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => session.MapInput<int>()).Message, "System.Int32");
        using MappedInput<float> mapped = session.MapInput<float>();
        Assert.AreEqual(Inputs, mapped.Values().Length);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => mapped.Values(1));
        foreach (int length in (int[])[0, 1, Outputs + 5])
            StringAssert.Contains(
                Assert.ThrowsExactly<ShapeMismatchException>(() => mapped.Run(new float[length])).Message,
                $"1 to {Batch} items of 5 elements each; got room for {length}");
        mapped.Run(new float[Outputs]);
    }

    [TestMethod]
    public void Every_input_of_a_network_is_mapped()
    {
        var graph = new ModelGraph(
            "sum", [new("left", new TensorShape(3)), new("right", new TensorShape(3))],
            [new Layer("sum", new Add(), ["left", "right"])], [("sum", "sum")]);
        using InferenceSession session = TestDevices.Software.CreateSession(
            TestModels.WithZeros(graph), new SessionOptions { Batch = 2 });
        using MappedInput<byte> mapped = session.MapInput<byte>();
        ((byte[])[1, 2, 3, 4, 5, 6]).CopyTo(mapped.Values(0));
        ((byte[])[10, 20, 30, 40, 50, 255]).CopyTo(mapped.Values(1));
        var output = new float[6];
        mapped.Run([output]);
        CollectionAssert.AreEqual((float[])[11, 22, 33, 44, 55, 261], output);
    }

    [TestMethod]
    public void A_kernel_that_widens_wrongly_is_refused_and_floats_go_on()
    {
        using GpuDevice device = TestDevices.OpenSoftware(new GpuDeviceOptions
        {
            PipelineCacheFolder = "",
            KernelCode = launch => launch.Kernel == "widen_input"
                ? BrokenKernel.Doubling(launch.Kernel, 1)
                : EmbeddedShaders.Load(launch.Kernel),
        });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        StringAssert.Contains(
            Assert.ThrowsExactly<UnsupportedDeviceException>(() => session.MapInput<Half>()).Message,
            "self-test of the kernel widen_input");
        session.Run(new float[Inputs], new float[Outputs]);
    }
}
