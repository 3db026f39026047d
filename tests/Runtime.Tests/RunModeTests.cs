using SoftPool.Operators;
using SoftPool.Runtime.Tests.Vulkan;
using SoftPool.Verification;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests;

/// <summary>Each kind of input, floats, images and a host's buffers, in each mode, blocking, asynchronous, stepped,
/// recorded and profiled, gives the same numbers.</summary>
[TestClass]
public sealed class RunModeTests
{
    private const int Batch = 2;

    private static readonly Model Model = TestModels.WithWeights(TestModels.Sequential(
        new TensorShape(3, 9, 7), new Conv2d(3, 5, 3, 1, 1),
        new SoftPool2d(2, 2, 0, false, SoftPoolWeighting.PerChannel), new GlobalAvgPool()));

    private static readonly Image[] Images = [Image(20, 11, PixelFormat.Rgb8, 1), Image(5, 30, PixelFormat.Bgra8, 2)];

    // Large enough for two launches.
    private static readonly Image[] LargeImages =
    [
        Image(20, 11, PixelFormat.Rgba8, 3), Image(700, 600, PixelFormat.Rgb8, 4),
    ];

    private static readonly int Outputs = Batch * Model.Graph.OutputShape.ElementCount;

    private static readonly int Inputs = Batch * Model.Graph.InputShape.ElementCount;

    public static IEnumerable<object[]> Cells =>
        from input in (string[])["floats", "images", "buffers"]
        from mode in (string[])["blocking", "asynchronous", "stepped", "recorded"]
        select new object[] { input, mode };

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public async Task Every_input_in_every_mode_gives_the_same_bits(string input, string mode)
    {
        using var host = new TestHost(Inputs + Outputs);
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        using Stepper stepper = session.CreateStepper();
        using Recorder recorder = session.CreateRecorder();
        BufferRegion from = host.BufferAt(0), to = host.BufferAt(Inputs);
        // Images of other sizes, and then the first ones again: nothing of a run may stay behind.
        foreach (Image[] images in (Image[][])[Images, LargeImages, Images])
        {
            var expected = new float[Outputs];
            session.Run(InputOf(images), expected);
            host.Memory.Fill(float.NaN);
            InputOf(images).CopyTo(host.Memory);
            var output = new float[Outputs];
            await Run(images, output);
            bool isInBuffer = input == "buffers" || mode == "recorded";
            AssertClose(expected, isInBuffer ? host.Memory[Inputs..].ToArray() : output, exact: input != "images");
        }

        async Task Run(Image[] images, float[] output)
        {
            float[] floats = InputOf(images);
            switch (input, mode)
            {
                case ("floats", "blocking"): session.Run(floats, output); break;
                case ("images", "blocking"): session.Run(images, output); break;
                case ("buffers", "blocking"): session.Run(from, to); break;
                case ("floats", "asynchronous"): await session.RunAsync(floats, output); break;
                case ("images", "asynchronous"): await session.RunAsync(images, output); break;
                case ("buffers", "asynchronous"): await session.RunAsync(from, to); break;
                case (_, "stepped"):
                    if (input == "floats")
                        stepper.Start(floats);
                    else if (input == "images")
                        stepper.Start(images);
                    else
                        stepper.Start(from, to);
                    while (!stepper.Step(TimeSpan.Zero))
                        Assert.IsFalse(stepper.IsDone);
                    if (input == "buffers")
                        Assert.ThrowsExactly<InvalidOperationException>(() => stepper.Finish(output));
                    else
                        stepper.Finish(output);
                    break;
                default:
                    host.Record(commands =>
                    {
                        if (input == "floats")
                            recorder.Record(commands, floats, to);
                        else if (input == "images")
                            recorder.Record(commands, images, to);
                        else
                            recorder.Record(commands, from, to);
                    });
                    host.Submit();
                    break;
            }
        }
    }

    /// <summary>Five items in two parts of three: the second begins with the last item of the first. Where the CPU does
    /// not see the device's memory, inputs are copied.</summary>
    [TestMethod]
    [DataRow(4000, false)]
    [DataRow(4000, true)]
    [DataRow(1 << 20, true)]
    public async Task A_batch_in_parts_gives_the_same_numbers_in_every_mode(int range, bool staged)
    {
        const int Five = 5;
        int inputs = Five * Model.Graph.InputShape.ElementCount, outputs = Five * Model.Graph.OutputShape.ElementCount;
        Image[] images =
        [
            .. Enumerable.Range(0, Five).Select(seed => Image(20 + seed, 11, PixelFormat.Rgb8, seed)),
        ];
        float[] floats = InputOf(images), expected = new float[outputs], output = new float[outputs];
        using (InferenceSession whole = TestDevices.Software.CreateSession(Model, new SessionOptions { Batch = Five }))
            whole.Run(floats, expected);
        using var host = new TestHost(inputs + outputs);
        InventedDevice invented = (staged
            ? MemoryTests.Listing(
                Silk.NET.Vulkan.MemoryPropertyFlags.DeviceLocalBit, SoftPool.Vulkan.MemoryTypes.Coherent)
            : new InventedDevice()) with
        { LargestRange = (uint)range };
        using GpuDevice device = GpuDevice.FromHost(
            host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "", SelfTest = false, Invented = invented });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Five });
        Assert.AreEqual(range == 4000 ? 3 : 5, session.Plan.Batch);
        using Stepper stepper = session.CreateStepper();
        using Recorder recorder = session.CreateRecorder();
        using Profiler profiler = session.CreateProfiler();
        BufferRegion from = host.BufferAt(0), to = host.BufferAt(inputs);
        for (int round = 0; round < 2; round++)
        {
            await Check("floats", exact: true, () => session.RunAsync(floats, output));
            await Check("images", exact: false, () => session.RunAsync(images, output));
            await CheckBuffer("buffers", exact: true, () => session.RunAsync(from, to));
            await Check("floats in steps", exact: true, () => Step(() => stepper.Start(floats), output));
            await Check("images in steps", exact: false, () => Step(() => stepper.Start(images), output));
            await CheckBuffer("buffers in steps", exact: true, () => Step(() => stepper.Start(from, to), []));
            await CheckBuffer("floats recorded", true, () => Record(commands => recorder.Record(commands, floats, to)));
            await CheckBuffer(
                "images recorded", false, () => Record(commands => recorder.Record(commands, images, to)));
            await CheckBuffer("buffers recorded", true, () => Record(commands => recorder.Record(commands, from, to)));
        }
        int parts = range == 4000 ? 2 : 1;
        Assert.HasCount(parts * session.Plan.Launches.Count, profiler.Run(floats));
        using (MappedInput<float> mapped = session.MapInput<float>())
        {
            floats.CopyTo(mapped.Values());
            await Check("mapped", exact: true, () => mapped.RunAsync(output));
        }
        // Fewer items than the batch.
        session.Run(floats.AsSpan(0, inputs / Five * 4), output.AsSpan(0, outputs / Five * 4));
        AssertClose(expected[..(outputs / Five * 4)], output[..(outputs / Five * 4)], exact: true);
        using InferenceSession keeping = device.CreateSession(
            Model, new SessionOptions { Batch = Five, KeepLayerOutputs = true });
        keeping.Run(floats, output);
        AssertClose(expected, output, exact: true);
        var layer = new float[outputs];
        keeping.ReadLayer(keeping.KeptLayers.Last(), layer);
        AssertClose(expected, layer, exact: true);

        async Task Check(string what, bool exact, Func<Task> run)
        {
            output.AsSpan().Fill(float.NaN);
            await run();
            AssertClose(expected, output, exact, what);
        }

        async Task CheckBuffer(string what, bool exact, Func<Task> run)
        {
            host.Memory.Fill(float.NaN);
            floats.CopyTo(host.Memory);
            await run();
            AssertClose(expected, host.Memory[inputs..].ToArray(), exact, what);
        }

        Task Step(Action start, float[] into)
        {
            start();
            while (!stepper.Step(TimeSpan.Zero))
            {
            }
            if (into.Length > 0)
                stepper.Finish(into);
            return Task.CompletedTask;
        }

        Task Record(Action<nint> record)
        {
            host.Record(record);
            host.Submit();
            return Task.CompletedTask;
        }
    }

    [TestMethod]
    public void A_profile_has_the_launches_of_images_and_of_the_network()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            Model, new SessionOptions { Batch = Batch });
        using Profiler profiler = session.CreateProfiler();
        string[] network = [.. session.Plan.Launches.Select(launch => launch.Kernel)];
        CollectionAssert.AreEqual(network, Kernels(profiler.Run(InputOf(Images))));
        CollectionAssert.AreEqual((string[])["image", "image", .. network], Kernels(profiler.Run(Images)));
        IReadOnlyList<LaunchProfile> large = profiler.Run(LargeImages);
        CollectionAssert.AreEqual((string[])["image", "image_lines", "image_of_lines", .. network], Kernels(large));
        Assert.AreEqual(ModelGraph.InputName, large[0].Layer);
        Assert.IsGreaterThan(700L * 600 * 3, large[1].Bytes);
        Assert.IsTrue(large[1].DeviceTime > TimeSpan.Zero, $"{large[1].DeviceTime}");

        static string[] Kernels(IReadOnlyList<LaunchProfile> launches) => [.. launches.Select(launch => launch.Kernel)];
    }

    [TestMethod]
    public async Task Images_run_beside_each_other_in_several_slots()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            Model, new SessionOptions { Batch = Batch, MaxConcurrentRuns = 2 });
        Image[][] sets = [Images, LargeImages, Images, LargeImages, Images, LargeImages];
        float[][] outputs = [.. sets.Select(_ => new float[Outputs])];
        await Task.WhenAll(sets.Zip(outputs, (images, output) => session.RunAsync(images, output)));
        foreach ((Image[] images, float[] output) in sets.Zip(outputs))
        {
            var expected = new float[Outputs];
            session.Run(images, expected);
            CollectionAssert.AreEqual(expected, output);
        }
    }

    [TestMethod]
    public void A_broken_kernel_of_images_is_found_and_planned_around_or_refused()
    {
        float[] right = new float[Outputs], output = new float[Outputs];
        using (InferenceSession session = TestDevices.Software.CreateSession(
            Model, new SessionOptions { Batch = Batch }))
            session.Run(Images, right);
        using (GpuDevice device = Broken("image"))
        using (InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch }))
        {
            session.Run(Images, output);
            AssertClose(right, output, exact: false);
            Assert.AreEqual("image", device.RejectedKernels.Single().Kernel);
            Assert.StartsWith("wrong: off by", device.RejectedKernels.Single().Reason);
        }
        foreach (string kernel in (string[])["image_lines", "image_of_lines"])
        {
            using GpuDevice device = Broken(kernel);
            using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
            StringAssert.Contains(
                Assert.ThrowsExactly<UnsupportedDeviceException>(() => session.Run(Images, output)).Message,
                "image_lines");
            session.Run(InputOf(Images), output);
        }

        static GpuDevice Broken(string kernel) => TestDevices.OpenSoftware(new GpuDeviceOptions
        {
            PipelineCacheFolder = "",
            KernelCode = launch => launch.Kernel == kernel
                ? BrokenKernel.Doubling(kernel, 1)
                : EmbeddedShaders.Load(launch.Kernel),
        });
    }

    private static Image Image(int width, int height, PixelFormat format, int seed)
    {
        var pixels = new byte[width * height * (format == PixelFormat.Rgb8 ? 3 : 4)];
        new Random(seed).NextBytes(pixels);
        return new Image(pixels, width, height, format);
    }

    private static float[] InputOf(Image[] images) =>
    [
        .. images.SelectMany(image => ImageReference.Compute(image, Model.Graph.InputShape, Model.Preprocessing))
            .Select(value => (float)value),
    ];

    private static void AssertClose(float[] expected, float[] actual, bool exact, string what = "")
    {
        float tolerance = exact ? 0 : 1e-4f * expected.Max(MathF.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.IsTrue(
                Math.Abs(expected[i] - actual[i]) <= tolerance,
                $"Output {i} is {actual[i]:R}, and should be {expected[i]:R}. {what}");
    }
}
