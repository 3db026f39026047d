using System.Runtime.InteropServices;
using Silk.NET.Vulkan;
using SoftPool.Operators;
using SoftPool.Runtime.Tests.Vulkan;
using SoftPool.Verification;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests;

/// <summary>Pictures on the host's device: they give the bits that the same pictures give from memory.</summary>
[TestClass]
public sealed class DeviceImageTests
{
    private const int Room = 1 << 18;

    private static readonly GpuDeviceOptions NoCache = new() { PipelineCacheFolder = "", SelfTest = false };

    /// <summary>A network that gives its input back, 3x6x7.</summary>
    private static readonly Model Model = new(
        TestModels.Sequential(new TensorShape(3, 6, 7), new MaxPool2d(1, 1, 0, false)),
        new Dictionary<string, Tensor>(), [], new Preprocessing([0.485f, 0.4f, 0.3f], [0.229f, 0.3f, 0.2f]));

    private static readonly int Outputs = Model.Graph.OutputShape.ElementCount;

    [TestMethod]
    [DataRow(PixelFormat.Rgba8, 13, 9, 0, 0)]
    [DataRow(PixelFormat.Bgra8, 13, 9, 52, 4)]
    [DataRow(PixelFormat.Rgba8, 30, 70, 128, 64)]
    [DataRow(PixelFormat.Rgb8, 13, 9, 39, 0)]
    [DataRow(PixelFormat.Rgb8, 13, 9, 41, 3)]
    [DataRow(PixelFormat.Rgb8, 1, 1, 0, 1)]
    // So many rows that they are copied in several goes, and so many pixels that they take two launches.
    [DataRow(PixelFormat.Bgra8, 90, 400, 364, 0)]
    public void Rows_in_a_buffer_with_and_without_gaps(PixelFormat format, int width, int height, int pitch, int offset)
    {
        using var host = new TestHost(Room);
        (Image memory, DeviceImage device) = InBuffer(host, format, width, height, pitch, offset);
        AssertSame(host, [memory], [device]);
    }

    [TestMethod]
    [DataRow(Format.R8G8B8A8Unorm, PixelFormat.Rgba8, ImageLayout.General, 0)]
    [DataRow(Format.R8G8B8A8Srgb, PixelFormat.Rgba8, ImageLayout.TransferSrcOptimal, 0)]
    [DataRow(Format.B8G8R8A8Unorm, PixelFormat.Bgra8, ImageLayout.ShaderReadOnlyOptimal, 0)]
    [DataRow(Format.B8G8R8A8Srgb, PixelFormat.Bgra8, ImageLayout.ShaderReadOnlyOptimal, 2)]
    [DataRow(Format.R8G8B8A8Unorm, PixelFormat.Rgba8, ImageLayout.TransferDstOptimal, 1)]
    public void Vulkan_s_images_in_any_layout(Format format, PixelFormat order, ImageLayout layout, int layer)
    {
        using var host = new TestHost(Room);
        Image memory = RandomPicture(order, 21, 17, seed: 3);
        ulong image = host.CreateImage(format, 21, 17, memory.Pixels.Span, layout, layer);
        var device = new DeviceImage(DevicePlane.InImage(image, (uint)layout, layer), 21, 17, order);
        // Each way of running reads it anew, in the layout in which the way before has left it.
        AssertSame(host, [memory], [device]);
    }

    [TestMethod]
    [DataRow(PixelFormat.Nv12, YuvMatrix.Bt709, false)]
    [DataRow(PixelFormat.Nv12, YuvMatrix.Bt601, true)]
    [DataRow(PixelFormat.P010, YuvMatrix.Bt601, false)]
    [DataRow(PixelFormat.P010, YuvMatrix.Bt709, true)]
    public void Planes_of_luma_and_chroma_in_buffers_in_images_and_in_one_image_of_two_planes(
        PixelFormat format, YuvMatrix matrix, bool isFullRange)
    {
        using var host = new TestHost(Room);
        const int Width = 22, Height = 18;
        bool isWide = format == PixelFormat.P010;
        int sample = isWide ? 2 : 1;
        byte[] planes = Planes(Width, Height, sample);
        Image memory = FromPlanes(planes, new PictureShape(Width, Height, format, matrix, isFullRange));
        DeviceImage Of(DevicePlane luma, DevicePlane? chroma) => new(luma, Width, Height, format)
        {
            Chroma = chroma,
            Matrix = matrix,
            IsFullRange = isFullRange,
        };
        const ImageLayout Layout = ImageLayout.ShaderReadOnlyOptimal;
        int lumaBytes = Width * Height * sample;
        ulong luma = host.CreateImage(
            isWide ? Format.R16Unorm : Format.R8Unorm, Width, Height, planes.AsSpan(0, lumaBytes), Layout);
        ulong chroma = host.CreateImage(
            isWide ? Format.R16G16Unorm : Format.R8G8Unorm, Width / 2, Height / 2, planes.AsSpan(lumaBytes), Layout);
        AssertSame(
            host, [memory],
            [Of(DevicePlane.InImage(luma, (uint)Layout), DevicePlane.InImage(chroma, (uint)Layout))]);
        Format both = isWide ? Format.G10X6B10X6R10X62Plane420Unorm3Pack16 : Format.G8B8R82Plane420Unorm;
        if (host.HasImagesOf(both))
        {
            var two = DevicePlane.InImage(host.CreateImage(both, Width, Height, planes, Layout), (uint)Layout);
            AssertSame(host, [memory], [Of(two, null)]);
            AssertSame(host, [memory], [Of(two, two)]);
        }
        planes.CopyTo(host.Bytes);
        AssertSame(host, [memory], [Of(DevicePlane.InBuffer(host.Buffer), null)]);
        // With gaps, the chroma directly behind the luma and elsewhere.
        const int Gap = 10, Elsewhere = 8000;
        int pitch = Width * sample + Gap;
        for (int row = 0; row < Height * 3 / 2; row++)
            planes.AsSpan(row * Width * sample, Width * sample).CopyTo(host.Bytes[(3 + row * pitch)..]);
        AssertSame(host, [memory], [Of(DevicePlane.InBuffer(host.Buffer, 3, pitch), null)]);
        planes.AsSpan(lumaBytes).CopyTo(host.Bytes[Elsewhere..]);
        AssertSame(
            host, [memory],
            [Of(DevicePlane.InBuffer(host.Buffer, 3, pitch), DevicePlane.InBuffer(host.Buffer, Elsewhere))]);
    }

    [TestMethod]
    [DataRow(PixelFormat.Nv12, 7, 5)]
    [DataRow(PixelFormat.P010, 9, 3)]
    [DataRow(PixelFormat.Nv12, 1, 1)]
    [DataRow(PixelFormat.Nv12, 333, 251)]
    public void Odd_sizes_have_chroma_for_their_last_row_and_column(PixelFormat format, int width, int height)
    {
        using var host = new TestHost(Room);
        var shape = new PictureShape(width, height, format);
        var planes = new byte[shape.PlaneBytes];
        new Random(5).NextBytes(planes);
        planes.CopyTo(host.Bytes);
        AssertSame(
            host, [FromPlanes(planes, shape)],
            [
                new DeviceImage(DevicePlane.InBuffer(host.Buffer), width, height, format)
                {
                    Chroma = DevicePlane.InBuffer(host.Buffer, shape.ChromaOffset),
                },
            ]);
    }

    /// <summary>By the standards' definitions in double: each sum of the reference is within half a step and what its
    /// coefficients of 20 bits leave out.</summary>
    [TestMethod]
    [DataRow(PixelFormat.Nv12, YuvMatrix.Bt601, false)]
    [DataRow(PixelFormat.Nv12, YuvMatrix.Bt709, false)]
    [DataRow(PixelFormat.Nv12, YuvMatrix.Bt601, true)]
    [DataRow(PixelFormat.Nv12, YuvMatrix.Bt709, true)]
    [DataRow(PixelFormat.P010, YuvMatrix.Bt601, false)]
    [DataRow(PixelFormat.P010, YuvMatrix.Bt709, false)]
    [DataRow(PixelFormat.P010, YuvMatrix.Bt601, true)]
    [DataRow(PixelFormat.P010, YuvMatrix.Bt709, true)]
    public void The_colours_are_those_of_the_standards(PixelFormat format, YuvMatrix matrix, bool isFullRange)
    {
        int step = format == PixelFormat.P010 ? 4 : 1;
        (double red, double blue) = matrix == YuvMatrix.Bt601 ? (0.299, 0.114) : (0.2126, 0.0722);
        double lumaRange = isFullRange ? 256 * step - 1 : 219 * step, black = isFullRange ? 0 : 16 * step;
        double chromaRange = isFullRange ? 256 * step - 1 : 224 * step;
        var shape = new PictureShape(2, 2, format, matrix, isFullRange);
        var random = new Random(1);
        double largest = 0;
        for (int i = 0; i < 3000; i++)
        {
            int[] samples =
                [.. Enumerable.Range(0, 6).Select(_ => i < 2 ? i * (256 * step - 1) : random.Next(256 * step))];
            byte[] planes = step == 1
                ? [.. samples.Select(sample => (byte)sample)]
                : MemoryMarshal.AsBytes<ushort>(samples.Select(sample => (ushort)(sample << 6)).ToArray()).ToArray();
            byte[] pixels = ColourReference.Compute(shape, planes);
            for (int pixel = 0; pixel < 4; pixel++)
            {
                double y = (samples[pixel] - black) / lumaRange;
                double u = (samples[4] - 128 * step) / chromaRange, v = (samples[5] - 128 * step) / chromaRange;
                double r = y + 2 * (1 - red) * v, b = y + 2 * (1 - blue) * u;
                double g = (y - red * r - blue * b) / (1 - red - blue);
                double[] right = [r, g, b, 1];
                for (int c = 0; c < 4; c++)
                    largest = Math.Max(
                        largest, Math.Abs(Math.Clamp(255 * right[c], 0, 255) - pixels[4 * pixel + c]));
            }
        }
        Assert.IsLessThan(0.501, largest);
    }

    [TestMethod]
    public void Limited_range_has_black_at_16_and_white_at_235()
    {
        foreach ((byte luma, byte grey) in ((byte, byte)[])[(16, 0), (235, 255), (0, 0), (255, 255), (126, 128)])
            CollectionAssert.AreEqual(
                (byte[])[grey, grey, grey, 255],
                ColourReference.Compute(new PictureShape(1, 1, PixelFormat.Nv12), [luma, 0, 0, 0, 128, 128]));
    }

    [TestMethod]
    public void Pictures_of_many_kinds_are_one_batch_and_their_images_may_be_replaced()
    {
        using var host = new TestHost(Room);
        using GpuDevice gpu = GpuDevice.FromHost(host.Handles(), NoCache);
        using InferenceSession session = gpu.CreateSession(Model, new SessionOptions { Batch = 3 });
        var output = new float[3 * Outputs];
        for (int round = 0; round < 3; round++)
        {
            Image first = RandomPicture(PixelFormat.Rgba8, 11, 8, round);
            byte[] planes = Planes(10, 6, 1);
            Image second = FromPlanes(planes, new PictureShape(10, 6, PixelFormat.Nv12));
            ulong image = host.CreateImage(
                Format.R8G8B8A8Unorm, 11, 8, first.Pixels.Span, ImageLayout.ShaderReadOnlyOptimal);
            planes.CopyTo(host.Bytes);
            (Image third, DeviceImage thirdThere) = InBuffer(host, PixelFormat.Rgb8, 5, 9, 17, 1024);
            session.Run(
                [
                    new DeviceImage(
                        DevicePlane.InImage(image, (uint)ImageLayout.ShaderReadOnlyOptimal), 11, 8),
                    new DeviceImage(DevicePlane.InBuffer(host.Buffer), 10, 6, PixelFormat.Nv12),
                    thirdThere,
                ],
                output);
            CollectionAssert.AreEqual(FromMemory(first, second, third), output);
            host.DestroyImage(image); // The next one may have its handle.
        }
        // Fewer of them.
        (Image alone, DeviceImage aloneThere) = InBuffer(host, PixelFormat.Bgra8, 5, 9, 0, 0);
        session.Run([aloneThere], output.AsSpan(0, Outputs));
        CollectionAssert.AreEqual(FromMemory(alone), output[..Outputs]);
    }

    [TestMethod]
    public async Task An_asynchronous_run_waits_for_the_semaphore_before_it_reads()
    {
        using var host = new TestHost(Room);
        using GpuDevice gpu = GpuDevice.FromHost(host.Handles(), NoCache);
        using InferenceSession session = gpu.CreateSession(Model);
        (_, DeviceImage there) = InBuffer(host, PixelFormat.Rgba8, 13, 9, 0, 0);
        var output = new float[Outputs];
        session.Run([there], output); // Not for compiling is what follows to take long.
        ulong before = host.CreateSemaphore(), after = host.CreateSemaphore();
        var sync = new GpuSync(new[] { new TimelinePoint(before, 1) }, new[] { new TimelinePoint(after, 5) });
        Task run = session.RunAsync(new[] { there }, [output.AsMemory()], sync);
        await Task.Delay(100);
        Assert.IsFalse(run.IsCompleted);
        (Image second, _) = InBuffer(host, PixelFormat.Rgba8, 13, 9, 0, 0, seed: 9);
        host.Signal(before, 1);
        await run.WaitAsync(TimeSpan.FromSeconds(30));
        CollectionAssert.AreEqual(FromMemory(second), output);
        host.Await(after, 5);
        session.Dispose();
        host.Destroy(before);
        host.Destroy(after);
    }

    [TestMethod]
    public void A_stepper_is_started_anew_and_disposed_while_its_pictures_are_copied()
    {
        using var host = new TestHost(Room);
        using GpuDevice gpu = GpuDevice.FromHost(host.Handles(), NoCache);
        using InferenceSession session = gpu.CreateSession(Model);
        var output = new float[Outputs];
        using (Stepper stepper = session.CreateStepper())
        {
            for (int size = 100; size > 90; size--)
                stepper.Start([InBuffer(host, PixelFormat.Rgba8, size, size, 0, 0).Device]);
            (Image memory, DeviceImage there) = InBuffer(host, PixelFormat.Rgba8, 50, 40, 0, 0);
            stepper.Start([there]);
            while (!stepper.Step(TimeSpan.FromTicks(1)))
            {
            }
            stepper.Finish(output);
            CollectionAssert.AreEqual(FromMemory(memory), output);
            stepper.Start([there]);
        }
        session.Run([InBuffer(host, PixelFormat.Rgba8, 60, 40, 0, 0).Device], output);
    }

    [TestMethod]
    public void Pictures_of_one_size_allocate_nothing()
    {
        using var host = new TestHost(Room);
        using GpuDevice gpu = GpuDevice.FromHost(host.Handles(), NoCache);
        using InferenceSession session = gpu.CreateSession(Model);
        DeviceImage[] images =
        [
            .. Enumerable.Range(0, 3).Select(i => new DeviceImage(
                DevicePlane.InImage(
                    host.CreateImage(
                        Format.R8G8B8A8Unorm, 12, 9, RandomPicture(PixelFormat.Rgba8, 12, 9, i).Pixels.Span,
                        ImageLayout.General),
                    (uint)ImageLayout.General),
                12, 9)),
        ];
        var output = new float[Outputs];
        for (int i = 0; i < 6; i++)
            session.Run(images.AsSpan(i % 3, 1), output);
        (long before, int objects) = (GC.GetAllocatedBytesForCurrentThread(), LiveObjects.Count);
        for (int i = 0; i < 9; i++)
            session.Run(images.AsSpan(i % 3, 1), output);
        Assert.AreEqual((0L, objects), (GC.GetAllocatedBytesForCurrentThread() - before, LiveObjects.Count));
    }

    [TestMethod]
    public void What_is_no_picture_on_the_device_is_refused()
    {
        using var host = new TestHost(Room);
        using GpuDevice gpu = GpuDevice.FromHost(host.Handles(), NoCache);
        using InferenceSession session = gpu.CreateSession(Model);
        var buffer = DevicePlane.InBuffer(host.Buffer);
        var output = new float[Outputs];
        foreach (DeviceImage bad in (DeviceImage[])
            [
                new(default, 4, 4), new(buffer with { Image = 5, Layout = 1 }, 4, 4),
                new(DevicePlane.InBuffer(host.Buffer, -4), 4, 4), new(DevicePlane.InBuffer(host.Buffer, 0, 15), 4, 4),
                new(DevicePlane.InBuffer(host.Buffer, 0, -16), 4, 4),
                new(DevicePlane.InImage(5, (uint)ImageLayout.Undefined), 4, 4),
                new(DevicePlane.InImage(5, (uint)ImageLayout.Preinitialized), 4, 4),
                new(DevicePlane.InImage(5, 1, -1), 4, 4),
                new(buffer, 4, 4, PixelFormat.Nv12) { Chroma = DevicePlane.InBuffer(host.Buffer, 16, 3) },
                new(buffer, 4, 4, PixelFormat.Nv12) { Chroma = default(DevicePlane) },
                new(buffer, 4, 4, PixelFormat.P010) { Matrix = (YuvMatrix)7 },
            ])
            Assert.ThrowsExactly<ArgumentException>(() => session.Run([bad], output), $"{bad}");
        foreach (DeviceImage bad in (DeviceImage[])
            [
                new(buffer, 0, 4), new(buffer, 4, -1), new(buffer, 65536, 65536), new(buffer, 4, 4, (PixelFormat)9),
            ])
            Assert.ThrowsExactly<ShapeMismatchException>(() => session.Run([bad], output), $"{bad}");
        var good = new DeviceImage(buffer, 4, 4);
        Assert.ThrowsExactly<ShapeMismatchException>(() => session.Run([good, good], output));
        Assert.ThrowsExactly<ShapeMismatchException>(() => session.Run([good], new float[Outputs - 1]));
        Assert.ThrowsExactly<ArgumentException>(() => session.Run([good], [default(BufferRegion)]));
        foreach (PixelFormat planes in (PixelFormat[])[PixelFormat.Nv12, PixelFormat.P010])
            Assert.Contains("in memory", Assert.ThrowsExactly<ShapeMismatchException>(
                () => session.Run([new Image(new byte[64], 4, 4, planes)], output)).Message);
        using InferenceSession elsewhere = TestDevices.Software.CreateSession(Model);
        Assert.ThrowsExactly<InvalidOperationException>(() => elsewhere.Run([good], output));
        using Stepper stepper = elsewhere.CreateStepper();
        Assert.ThrowsExactly<InvalidOperationException>(() => stepper.Start([good]));
        session.Run([good], output); // It goes on.
    }

    [TestMethod]
    public void A_kernel_with_wrong_colours_is_refused_and_pixels_go_on()
    {
        using var host = new TestHost(Room);
        using GpuDevice gpu = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions
        {
            PipelineCacheFolder = "",
            // 10 bits without the last.
            KernelCode = launch =>
            [
                .. EmbeddedShaders.Load(launch.Kernel)
                    .Select(word => launch.Kernel == "image_of_planes" && word == 1023 ? 1022u : word),
            ],
        });
        using InferenceSession session = gpu.CreateSession(Model);
        var output = new float[Outputs];
        var planes = new DeviceImage(DevicePlane.InBuffer(host.Buffer), 4, 4, PixelFormat.Nv12);
        Assert.Contains(
            "self-test of the kernel image_of_planes",
            Assert.ThrowsExactly<UnsupportedDeviceException>(() => session.Run([planes], output)).Message);
        session.Run([planes with { Format = PixelFormat.Rgba8 }], output);
    }

    /// <summary>Every way to run gives what the same pictures give from memory.</summary>
    private static void AssertSame(TestHost host, Image[] memory, DeviceImage[] there)
    {
        float[] expected = FromMemory(memory);
        Assert.IsGreaterThan(0.1f, expected.Max() - expected.Min() + 0.2f);
        using GpuDevice gpu = GpuDevice.FromHost(host.Handles(), NoCache);
        using InferenceSession session = gpu.CreateSession(Model, new SessionOptions { Batch = memory.Length });
        var output = new float[expected.Length];
        session.Run(there, output);
        CollectionAssert.AreEqual(expected, output, "run");
        Array.Clear(output);
        session.Run(there, [output.AsMemory()]);
        CollectionAssert.AreEqual(expected, output, "run of several outputs");
        Array.Clear(output);
        session.RunAsync(there, [output.AsMemory()]).Wait();
        CollectionAssert.AreEqual(expected, output, "asynchronous");

        BufferRegion to = host.BufferAt(Room - output.Length);
        Span<float> written = host.Memory[(Room - output.Length)..];
        written.Fill(float.NaN);
        session.Run(there, [to]);
        CollectionAssert.AreEqual(expected, written.ToArray(), "to a buffer");
        written.Fill(float.NaN);
        session.RunAsync(there, [to]).Wait();
        CollectionAssert.AreEqual(expected, written.ToArray(), "to a buffer, asynchronous");

        using Stepper stepper = session.CreateStepper();
        for (int i = 0; i < 2; i++)
        {
            stepper.Start(there);
            while (!stepper.Step(TimeSpan.FromTicks(1)))
            {
            }
            Array.Clear(output);
            stepper.Finish(output);
            CollectionAssert.AreEqual(expected, output, "stepped");
        }

        using Recorder recorder = session.CreateRecorder();
        host.Record(commands => recorder.Record(commands, there, [to]));
        for (int i = 0; i < 2; i++)
        {
            written.Fill(float.NaN);
            host.Submit();
            CollectionAssert.AreEqual(expected, written.ToArray(), "recorded");
        }
    }

    private static float[] FromMemory(params Image[] images)
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            Model, new SessionOptions { Batch = images.Length });
        var output = new float[images.Length * Outputs];
        session.Run(images, output);
        return output;
    }

    private static Image RandomPicture(PixelFormat format, int width, int height, int seed)
    {
        var pixels = new byte[width * height * (format == PixelFormat.Rgb8 ? 3 : 4)];
        new Random(seed).NextBytes(pixels);
        return new Image(pixels, width, height, format);
    }

    private static (Image Memory, DeviceImage Device) InBuffer(
        TestHost host, PixelFormat format, int width, int height, int pitch, int offset, int seed = 1)
    {
        Image image = RandomPicture(format, width, height, seed);
        int row = image.Pixels.Length / height, step = pitch == 0 ? row : pitch;
        for (int i = 0; i < height; i++)
            image.Pixels.Span.Slice(i * row, row).CopyTo(host.Bytes[(offset + i * step)..]);
        return (image, new DeviceImage(DevicePlane.InBuffer(host.Buffer, offset, pitch), width, height, format));
    }

    private static byte[] Planes(int width, int height, int sample)
    {
        var planes = new byte[width * height * 3 / 2 * sample];
        new Random(7).NextBytes(planes);
        return planes;
    }

    private static Image FromPlanes(byte[] planes, PictureShape shape) =>
        new(ColourReference.Compute(shape, planes), shape.Width, shape.Height, PixelFormat.Rgba8);
}
