using Silk.NET.Vulkan;
using SoftPool.Operators;
using SoftPool.Runtime.Tests.Vulkan;
using SoftPool.Verification;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests;

/// <summary>Outputs of dense networks in images of the host's, to the bit.</summary>
[TestClass]
public sealed class OutputImageTests
{
    private const int Room = 1 << 16, Height = 5, Width = 7, Pixels = Height * Width;

    private static readonly GpuDeviceOptions NoCache = new() { PipelineCacheFolder = "", SelfTest = false };

    [TestMethod]
    [DataRow(Format.R8Unorm, 1, 1, ImageLayout.Undefined, ImageLayout.ShaderReadOnlyOptimal)]
    [DataRow(Format.R16Sfloat, 1, 2, ImageLayout.General, ImageLayout.General)]
    [DataRow(Format.R32Sfloat, 1, 1, ImageLayout.TransferDstOptimal, ImageLayout.TransferDstOptimal)]
    [DataRow(Format.R8G8B8A8Unorm, 3, 2, ImageLayout.ShaderReadOnlyOptimal, ImageLayout.TransferSrcOptimal)]
    [DataRow(Format.R8G8B8A8Srgb, 4, 1, ImageLayout.Undefined, ImageLayout.General)]
    [DataRow(Format.B8G8R8A8Unorm, 4, 1, ImageLayout.Undefined, ImageLayout.ShaderReadOnlyOptimal)]
    [DataRow(Format.B8G8R8A8Srgb, 3, 3, ImageLayout.Undefined, ImageLayout.ShaderReadOnlyOptimal)]
    [DataRow(Format.R16G16B16A16Sfloat, 3, 1, ImageLayout.Undefined, ImageLayout.ShaderReadOnlyOptimal)]
    [DataRow(Format.R32G32B32A32Sfloat, 4, 2, ImageLayout.Undefined, ImageLayout.ShaderReadOnlyOptimal)]
    public void Each_way_of_running_writes_the_texels_of_the_reference(
        Format format, int channels, int batch, ImageLayout before, ImageLayout after)
    {
        using var host = new TestHost(Room);
        using GpuDevice gpu = GpuDevice.FromHost(host.Handles(), NoCache);
        using InferenceSession session = gpu.CreateSession(Same(channels), new SessionOptions { Batch = batch });
        int item = channels * Pixels;
        TexelFormat texels = TexelFormat.Of((uint)format)!.Value;
        float[] values = TexelSelfTest.Values(batch * item);
        byte[][] expected =
        [
            .. Enumerable.Range(0, batch).Select(
                i => TexelReference.Compute(texels, values.AsSpan(i * item, item), Pixels)),
        ];
        BufferRegion input = host.BufferAt(Room / 2);
        OutputImage[] images = [.. expected.Select((_, i) => Empty(host, format, before, after, layer: i % 2))];

        Expect("run", () => session.Run([input], images));
        Expect("asynchronous", () => session.RunAsync([input], images).Wait());
        using Stepper stepper = session.CreateStepper();
        Expect("stepped", () =>
        {
            stepper.Start([input], images);
            while (!stepper.Step(TimeSpan.FromTicks(1)))
            {
            }
        });
        Assert.ThrowsExactly<InvalidOperationException>(() => stepper.Finish(new float[values.Length]));
        using Recorder recorder = session.CreateRecorder();
        Expect("recorded", () =>
        {
            host.Record(commands => recorder.Record(commands, [input], images));
            host.Submit();
            if (before == ImageLayout.Undefined || before == after)
                host.Submit();
        });
        Expect("recorded with floats", () =>
        {
            host.Record(commands => recorder.Record(commands, [values.AsMemory()], images));
            host.Submit();
        });

        void Expect(string way, Action run)
        {
            for (int i = 0; i < batch; i++)
            {
                host.DestroyImage(images[i].Handle); // The next one may have its handle.
                images[i] = Empty(host, format, before, after, images[i].Layer);
            }
            values.CopyTo(host.Memory[(Room / 2)..]);
            run();
            for (int i = 0; i < batch; i++)
                CollectionAssert.AreEqual(
                    expected[i],
                    host.ReadImage(images[i].Handle, Width, Height, texels.Bytes, after, images[i].Layer),
                    $"{way}, item {i}");
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1200)]
    public void Pictures_on_the_device_become_others_in_each_way(int largestRange)
    {
        using var host = new TestHost(Room);
        // A device that takes two items at a time, of three.
        using GpuDevice gpu = GpuDevice.FromHost(host.Handles(), largestRange == 0 ? NoCache : NoCache with
        {
            Invented = InventedDevices.All[InventedDevices.LeastOfAll] with { LargestRange = (uint)largestRange },
        });
        using InferenceSession session = gpu.CreateSession(Same(3), new SessionOptions { Batch = 3 });
        const ImageLayout Layout = ImageLayout.ShaderReadOnlyOptimal;
        byte[][] pictures = [.. Enumerable.Range(0, 3).Select(i => Picture(seed: i))];
        DeviceImage[] from =
        [
            .. pictures.Select(bytes => new DeviceImage(
                DevicePlane.InImage(
                    host.CreateImage(Format.R8G8B8A8Unorm, Width, Height, bytes, Layout), (uint)Layout),
                Width, Height)),
        ];
        OutputImage[] to = [.. from.Select(_ => Empty(host, Format.B8G8R8A8Unorm, ImageLayout.Undefined, Layout))];
        Expect("run", () => session.Run(from, to));
        Expect("asynchronous", () => session.RunAsync(from, to).Wait());
        using Stepper stepper = session.CreateStepper();
        Expect("stepped", () =>
        {
            stepper.Start(from, to);
            while (!stepper.Step(TimeSpan.FromTicks(1)))
            {
            }
        });
        using Recorder recorder = session.CreateRecorder();
        host.Record(commands => recorder.Record(commands, from, to));
        Expect("recorded", host.Submit);
        Image[] memory = [.. pictures.Select(bytes => new Image(bytes, Width, Height, PixelFormat.Rgba8))];
        host.Record(commands => recorder.Record(commands, memory, to));
        Expect("recorded with pictures in memory", host.Submit);
        // Into the picture itself, and fewer of them.
        OutputImage self = new(from[0].Pixels.Image, Width, Height, (uint)Format.R8G8B8A8Unorm)
        {
            LayoutBefore = (uint)Layout,
            LayoutAfter = (uint)Layout,
        };
        session.Run(from.AsSpan(1, 1), [self]);
        CollectionAssert.AreEqual(pictures[1], host.ReadImage(self.Handle, Width, Height, 4, Layout));

        void Expect(string way, Action run)
        {
            run();
            for (int i = 0; i < 3; i++)
                CollectionAssert.AreEqual(
                    Swapped(pictures[i]), host.ReadImage(to[i].Handle, Width, Height, 4, Layout), $"{way}, item {i}");
        }
    }

    [TestMethod]
    public void Images_of_one_format_allocate_nothing()
    {
        using var host = new TestHost(Room);
        using GpuDevice gpu = GpuDevice.FromHost(host.Handles(), NoCache);
        using InferenceSession session = gpu.CreateSession(Same(3));
        const ImageLayout Layout = ImageLayout.ShaderReadOnlyOptimal;
        DeviceImage[] from =
        [
            new(
                DevicePlane.InImage(
                    host.CreateImage(Format.R8G8B8A8Unorm, Width, Height, Picture(1), Layout), (uint)Layout),
                Width, Height),
        ];
        OutputImage[] to =
        [
            Empty(host, Format.R8G8B8A8Unorm, ImageLayout.Undefined, Layout),
            Empty(host, Format.B8G8R8A8Unorm, ImageLayout.Undefined, Layout),
            Empty(host, Format.R8G8B8A8Srgb, ImageLayout.Undefined, Layout),
        ];
        for (int i = 0; i < 6; i++)
            session.Run(from, to.AsSpan(i % 3, 1));
        (long before, int objects) = (GC.GetAllocatedBytesForCurrentThread(), LiveObjects.Count);
        for (int i = 0; i < 9; i++)
            session.Run(from, to.AsSpan(i % 3, 1));
        Assert.AreEqual((0L, objects), (GC.GetAllocatedBytesForCurrentThread() - before, LiveObjects.Count));
    }

    [TestMethod]
    public void What_the_output_does_not_fit_in_is_refused_with_a_sentence()
    {
        using var host = new TestHost(Room);
        using GpuDevice gpu = GpuDevice.FromHost(host.Handles(), NoCache);
        using InferenceSession colours = gpu.CreateSession(Same(3), new SessionOptions { Batch = 2 });
        using InferenceSession mask = gpu.CreateSession(Same(1)), two = gpu.CreateSession(Same(2));
        OutputImage good = Empty(host, Format.R8G8B8A8Unorm, ImageLayout.Undefined, ImageLayout.General);
        good = good with { Usage = 3 };
        BufferRegion input = host.BufferAt(Room / 2);
        colours.Run([input], [good]);

        AssertRefused<ArgumentException>("handle is null", colours, good with { Handle = 0 });
        AssertRefused<ArgumentException>("usage TRANSFER_DST (0x2); got 0x5", colours, good with { Usage = 5 });
        AssertRefused<ArgumentException>("UNDEFINED and PREINITIALIZED", colours, good with { LayoutAfter = 0 });
        AssertRefused<ArgumentException>("UNDEFINED and PREINITIALIZED", colours, good with { LayoutAfter = 8 });
        AssertRefused<ArgumentException>("layer from 0 on; got 1 and -1", colours, good with { Layer = -1 });
        AssertRefused<ArgumentException>("R8_UNORM, R16_SFLOAT", colours, good with { Format = 38 });
        AssertRefused<ArgumentException>("have one format", colours, good, good with { Format = 44 });
        AssertRefused<ShapeMismatchException>("7x5 pixels; got 8x5", colours, good with { Width = 8 });
        AssertRefused<ShapeMismatchException>("7x5 pixels; got 7x6", colours, good with { Height = 6 });
        AssertRefused<ShapeMismatchException>("of one channel; 'output' has", colours, good with { Format = 9 });
        AssertRefused<ShapeMismatchException>("3 or 4 channels; 'output' has", mask, good);
        AssertRefused<ShapeMismatchException>("3 or 4 channels", two, good);
        AssertRefused<ShapeMismatchException>("one channel", two, good with { Format = 100 });
        AssertRefused<ShapeMismatchException>("1 to 2 images", colours);
        AssertRefused<ShapeMismatchException>("1 to 2 images", colours, good, good, good);

        var picture = new DeviceImage(DevicePlane.InBuffer(host.Buffer), 4, 4);
        Assert.Contains(
            "2 items takes as many images; got 1",
            Assert.ThrowsExactly<ShapeMismatchException>(
                () => colours.Run([picture, picture], [good])).Message);
        var several = new Model(
            new ModelGraph("several", [new NetworkInput("x", new TensorShape(3, Height, Width))],
                [new Layer("a", new ReLU()), new Layer("b", new Sigmoid())], [("a", "a"), ("b", "b")]),
            new Dictionary<string, Tensor>(), [], new Preprocessing([0, 0, 0], [1, 1, 1]));
        using InferenceSession both = gpu.CreateSession(several);
        AssertRefused<ShapeMismatchException>("has 2: a, b", both, good);
        var vector = new Model(
            TestModels.Sequential(new TensorShape(3, 1, 1), new Flatten()),
            new Dictionary<string, Tensor>(), [], new Preprocessing([0, 0, 0], [1, 1, 1]));
        using InferenceSession flat = gpu.CreateSession(vector);
        AssertRefused<ShapeMismatchException>("(C, H, W)", flat, good with { Width = 1, Height = 1 });
        using InferenceSession elsewhere = TestDevices.Software.CreateSession(Same(3));
        Assert.ThrowsExactly<InvalidOperationException>(() => elsewhere.Run([input], [good]));
        using Stepper stepper = elsewhere.CreateStepper();
        Assert.ThrowsExactly<InvalidOperationException>(() => stepper.Start([input], [good]));
        colours.Run([input], [good]); // It goes on.

        void AssertRefused<T>(string part, InferenceSession session, params OutputImage[] bad) where T : Exception
        {
            using Recorder recorder = session.CreateRecorder();
            Assert.Contains(part, Assert.ThrowsExactly<T>(() => session.Run([input], bad)).Message);
            Assert.ThrowsExactly<T>(() => { _ = session.RunAsync([input], bad); });
            Assert.ThrowsExactly<T>(() => recorder.Record(1, [input], bad));
        }
    }

    [TestMethod]
    public void A_kernel_with_wrong_texels_is_refused_and_buffers_go_on()
    {
        using var host = new TestHost(Room);
        using GpuDevice gpu = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions
        {
            PipelineCacheFolder = "",
            // White is 254.
            KernelCode = launch =>
            [
                .. EmbeddedShaders.Load(launch.Kernel).Select(
                    word => launch.Kernel == "texels" && word == BitConverter.SingleToUInt32Bits(255)
                        ? BitConverter.SingleToUInt32Bits(254)
                        : word),
            ],
        });
        using InferenceSession session = gpu.CreateSession(Same(3));
        OutputImage image = Empty(host, Format.R8G8B8A8Unorm, ImageLayout.Undefined, ImageLayout.General);
        BufferRegion input = host.BufferAt(Room / 2);
        Assert.Contains(
            "self-test of the kernel texels",
            Assert.ThrowsExactly<UnsupportedDeviceException>(() => session.Run([input], [image])).Message);
        session.Run(input, host.BufferAt(0));
    }

    [TestMethod]
    public void A_kernel_with_right_texels_passes_its_self_test()
    {
        using var host = new TestHost(Room);
        using GpuDevice gpu = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = gpu.CreateSession(Same(3));
        session.Run(
            [host.BufferAt(Room / 2)],
            [Empty(host, Format.R8G8B8A8Unorm, ImageLayout.Undefined, ImageLayout.General)]);
    }

    /// <summary>A network that gives its input back.</summary>
    private static Model Same(int channels) => new(
        TestModels.Sequential(new TensorShape(channels, Height, Width), new MaxPool2d(1, 1, 0, false)),
        new Dictionary<string, Tensor>(), [],
        new Preprocessing(new float[channels], [.. Enumerable.Repeat(1f, channels)]));

    private static OutputImage Empty(
        TestHost host, Format format, ImageLayout before, ImageLayout after, int layer = 0)
    {
        TexelFormat texels = TexelFormat.Of((uint)format)!.Value;
        // No image is in the layout UNDEFINED once it has pixels, and any may be said to be.
        ulong image = host.CreateImage(
            format, Width, Height, new byte[Pixels * texels.Bytes],
            before == ImageLayout.Undefined ? ImageLayout.General : before, layer);
        return new OutputImage(image, Width, Height, (uint)format)
        {
            LayoutBefore = (uint)before,
            LayoutAfter = (uint)after,
            Layer = layer,
        };
    }

    private static byte[] Picture(int seed)
    {
        var bytes = new byte[Pixels * 4];
        new Random(seed).NextBytes(bytes);
        for (int i = 3; i < bytes.Length; i += 4)
            bytes[i] = 255; // The network has no alpha.
        return bytes;
    }

    private static byte[] Swapped(byte[] rgba) =>
        [.. rgba.Chunk(4).SelectMany(texel => (byte[])[texel[2], texel[1], texel[0], texel[3]])];
}
