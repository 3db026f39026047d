using SoftPool.Operators;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests;

/// <summary>The ways in which a picture gets the network's size, on the device and in the reference.</summary>
[TestClass]
public sealed class ResizeTests
{
    private const int Height = 24, Width = 31;

    private static readonly Preprocessing Normalise = new([0.485f, 0.4f, 0.3f], [0.229f, 0.3f, 0.2f]);

    [TestMethod]
    public void Every_way_gives_what_its_definition_says_of_every_form()
    {
        List<string> wrong = [];
        foreach (Resize way in ResizeByDefinition.Ways)
        {
            Preprocessing preprocessing = Normalise with { Resize = way };
            using InferenceSession session = TestDevices.Software.CreateSession(
                Identity(Height, Width, preprocessing), new SessionOptions { Batch = 2 });
            int place = 0;
            foreach ((int width, int height) in ResizeByDefinition.Sizes)
            {
                PixelFormat format = Enum.GetValues<PixelFormat>()[place++ % 3];
                Image[] pictures =
                    [ResizeByDefinition.Picture(width, height, format), ResizeByDefinition.Picture(9, 8)];
                var output = new float[2 * 3 * Height * Width];
                session.Run(pictures, output);
                for (int i = 0; i < 2; i++)
                    wrong.AddRange(Differences(
                        pictures[i], Height, Width, preprocessing, output[(i * output.Length / 2)..]));
            }
        }
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    [TestMethod]
    public void A_photograph_of_12_megapixels_is_cropped_bordered_and_shrunk()
    {
        Image photograph = ResizeByDefinition.Picture(4000, 3000);
        List<string> wrong = [];
        foreach (Resize way in (Resize[])
            [
                new Stretch { Interpolation = Interpolation.Bicubic }, new Letterbox(114),
                new CenterCrop(11) { Interpolation = Interpolation.Bicubic }, new CenterCrop(300) { Antialias = false },
            ])
        {
            Preprocessing preprocessing = Normalise with { Resize = way };
            using InferenceSession session = TestDevices.Software.CreateSession(Identity(9, 10, preprocessing));
            var output = new float[3 * 9 * 10];
            session.Run([photograph], output);
            wrong.AddRange(Differences(photograph, 9, 10, preprocessing, output));
        }
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    [TestMethod]
    // torchvision: int(256 * 500 / 375) = 341, round(58.5) = 58; int(256 * 640 / 427) = 383, round(79.5) = 80.
    [DataRow(500, 375, 224, 256, 256, 341, -16, -58)]
    [DataRow(640, 427, 224, 256, 256, 383, -16, -80)]
    [DataRow(375, 500, 224, 256, 341, 256, -58, -16)]
    [DataRow(256, 256, 224, 256, 256, 256, -16, -16)]
    [DataRow(1, 3, 224, 1, 3, 1, 110, 111)]
    [DataRow(100, 101, 224, 220, 222, 220, 1, 2)]
    public void Resizing_the_shorter_edge_and_cropping_rounds_as_torchvision_does(
        int width, int height, int input, int size, int tall, int wide, int top, int left) => Assert.AreEqual(
        new ImagePlace(tall, wide, top, left),
        new CenterCrop(size).Place(new Size2d(height, width), new Size2d(input, input)));

    [TestMethod]
    [DataRow(1920, 1080, 640, 640, 360, 640, 140, 0)]
    [DataRow(810, 1080, 640, 640, 640, 480, 0, 80)]
    [DataRow(333, 500, 640, 640, 640, 426, 0, 107)]
    // What is odd goes below and to the right.
    [DataRow(640, 427, 640, 640, 427, 640, 106, 0)]
    [DataRow(1, 10_000, 640, 640, 640, 1, 0, 319)]
    [DataRow(3, 2, 384, 640, 384, 576, 0, 32)]
    public void A_letterbox_rounds_as_YOLO_does(
        int width, int height, int inputHeight, int inputWidth, int tall, int wide, int top, int left) =>
        Assert.AreEqual(
            new ImagePlace(tall, wide, top, left),
            new Letterbox(114).Place(new Size2d(height, width), new Size2d(inputHeight, inputWidth)));

    [TestMethod]
    public void Bicubic_weights_are_those_of_Pillow()
    {
        // Twice as wide, a = -1/2: a quarter from a pixel's centre the weights are -3, 29, 111 and -9 of 128.
        byte[] levels = [10, 200, 40, 90];
        Assert.AreEqual(
            (-3 * 10 + 29 * 200 + 111 * 40 - 9 * 90) / 128.0, Values(levels, new Stretch
            {
                Interpolation = Interpolation.Bicubic,
            }, 8)[4], 1e-4);
        // 255 beside 0 would overshoot to 255 * (111 + 29) / 131 and fall to 255 * -9 / 131; both are limited.
        double[] edge = Values([0, 0, 255, 255], new Stretch { Interpolation = Interpolation.Bicubic }, 8);
        Assert.AreEqual(255, edge[5], 1e-4);
        Assert.AreEqual(0, edge[2], 1e-4);
        Assert.AreEqual(255 * (29 - 3) / 128.0, edge[3], 1e-4);

        static double[] Values(byte[] levels, Resize resize, int width) => ImageReference.Compute(
            new Image(levels.SelectMany(level => Enumerable.Repeat(level, 3)).ToArray(), levels.Length, 1),
            new TensorShape(3, 1, width), new Preprocessing([0, 0, 0], [1 / 255f, 1 / 255f, 1 / 255f])
            {
                Resize = resize,
            })[..width];
    }

    [TestMethod]
    public void What_cannot_resize_is_refused()
    {
        foreach ((Resize resize, string reason) in ((Resize, string)[])
            [
                (new CenterCrop(0), "1 to 65536"), (new CenterCrop(65_537), "got 65537"),
                (new Stretch { Interpolation = (Interpolation)7 }, "got 7"),
                (new Letterbox(1) { Interpolation = Interpolation.Bicubic, Antialias = false }, "antialiased"),
            ])
            StringAssert.Contains(
                Assert.ThrowsExactly<ModelFormatException>(
                    () => Identity(4, 4, Normalise with { Resize = resize })).Message,
                reason);
        Assert.ThrowsExactly<ArgumentNullException>(() => Normalise with { Resize = null! });
    }

    [TestMethod]
    public void Cropped_pictures_of_one_size_allocate_nothing()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(Identity(10, 12, Normalise with
        {
            Resize = new CenterCrop(14) { Interpolation = Interpolation.Bicubic },
        }));
        Image[] pictures = [ResizeByDefinition.Picture(40, 30)];
        var output = new float[360];
        for (int i = 0; i < 3; i++)
            session.Run(pictures, output);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            session.Run(pictures, output);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Of the device's values and of the reference's, from the definition.</summary>
    private static IEnumerable<string> Differences(
        Image picture, int height, int width, Preprocessing preprocessing, float[] onDevice)
    {
        double[] expected = ResizeByDefinition.Compute(picture, height, width, preprocessing);
        double[] reference = ImageReference.Compute(picture, new TensorShape(3, height, width), preprocessing);
        double device = expected.Zip(onDevice, (x, y) => Math.Abs(x - y)).Max();
        double host = expected.Zip(reference, (x, y) => Math.Abs(x - y)).Max();
        if (!(device <= 1e-5) || !(host <= 2e-6))
            yield return $"{preprocessing.Resize} of {picture.Width}x{picture.Height}: the device is off by {device}, "
                + $"the reference by {host}";
    }

    /// <summary>A network that gives its input back.</summary>
    private static Model Identity(int height, int width, Preprocessing preprocessing) => new(
        TestModels.Sequential(new TensorShape(3, height, width), new MaxPool2d(1, 1, 0, false)),
        new Dictionary<string, Tensor>(), [], preprocessing);
}
