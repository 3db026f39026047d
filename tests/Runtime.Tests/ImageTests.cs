using SoftPool.Operators;

namespace SoftPool.Runtime.Tests;

/// <summary>Pictures of any size become the input that the model's preprocessing asks for.</summary>
[TestClass]
public sealed class ImageTests
{
    private static readonly PixelFormat[] InMemory = [PixelFormat.Rgb8, PixelFormat.Rgba8, PixelFormat.Bgra8];

    private static readonly Preprocessing Normalise = new([0.485f, 0.4f, 0.3f], [0.229f, 0.3f, 0.2f]);

    [TestMethod]
    [DataRow(9, 7, 9, 7)]
    [DataRow(1, 1, 5, 3)]
    [DataRow(32, 32, 64, 48)]
    [DataRow(500, 333, 24, 31)]
    [DataRow(1500, 3, 7, 11)]
    // So large that it takes two launches.
    [DataRow(600, 500, 7, 5)]
    public void A_picture_is_resized_and_normalised(int width, int height, int toWidth, int toHeight)
    {
        foreach (PixelFormat format in InMemory)
        {
            Image[] pictures = [.. Enumerable.Range(0, 2).Select(seed => RandomPicture(width, height, format, seed))];
            float[] actual = Run(Identity(toWidth, toHeight), pictures);
            int item = 3 * toWidth * toHeight;
            for (int i = 0; i < pictures.Length; i++)
                AssertClose(
                    Expected(pictures[i], toWidth, toHeight), actual[(i * item)..((i + 1) * item)], $"{format}");
        }
    }

    [TestMethod]
    public void Pictures_of_different_sizes_run_together_and_one_after_the_other()
    {
        Model model = Identity(12, 10);
        using InferenceSession session = TestDevices.Software.CreateSession(model, new SessionOptions { Batch = 3 });
        Image[][] runs =
        [
            [RandomPicture(30, 20, PixelFormat.Rgb8, 1), RandomPicture(5, 40, PixelFormat.Rgba8, 2)],
            [RandomPicture(30, 20, PixelFormat.Rgb8, 3), RandomPicture(5, 40, PixelFormat.Rgba8, 4)],
            [RandomPicture(500, 400, PixelFormat.Rgb8, 1), RandomPicture(5, 40, PixelFormat.Rgba8, 2)],
            [RandomPicture(12, 10, PixelFormat.Bgra8, 5)],
            [RandomPicture(12, 10, PixelFormat.Rgba8, 5)],
        ];
        foreach (Image[] pictures in runs)
        {
            var output = new float[pictures.Length * 360];
            session.Run(pictures, output);
            for (int i = 0; i < pictures.Length; i++)
                AssertClose(
                    Expected(pictures[i], 12, 10), output[(i * 360)..((i + 1) * 360)],
                    $"picture {i} of {pictures.Length}");
        }
    }

    [TestMethod]
    public void Pictures_of_one_size_allocate_nothing()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(Identity(12, 10));
        Image[] pictures = [RandomPicture(40, 30, PixelFormat.Rgba8, 1)];
        var output = new float[360];
        for (int i = 0; i < 3; i++)
            session.Run(pictures, output);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            session.Run(pictures, output);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void What_is_no_picture_is_refused()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(Identity(4, 4));
        var output = new float[48];
        foreach (Image picture in (Image[])
            [
                new(new byte[11], 2, 2), new(new byte[12], 2, 2, PixelFormat.Rgba8),
                new(Array.Empty<byte>(), 0, 2), new(new byte[12], -2, -2),
                new(new byte[12], 65536, 65536), new(new byte[12], 2, 2, (PixelFormat)9),
            ])
            Assert.ThrowsExactly<ShapeMismatchException>(() => session.Run([picture], output), $"{picture}");
        Image good = RandomPicture(2, 2, PixelFormat.Rgb8, 1);
        Assert.ThrowsExactly<ShapeMismatchException>(() => session.Run([good, good], output));
        Assert.ThrowsExactly<ShapeMismatchException>(() => session.Run([good], new float[47]));
        Assert.ThrowsExactly<ShapeMismatchException>(
            () => session.Run(ReadOnlySpan<Image>.Empty, Array.Empty<float>()));

        Model grey = TestModels.WithZeros(TestModels.Sequential(new TensorShape(1, 4, 4), new ReLU()));
        using InferenceSession other = TestDevices.Software.CreateSession(grey);
        StringAssert.Contains(
            Assert.ThrowsExactly<ShapeMismatchException>(() => other.Run([good], new float[16])).Message,
            "three channels");
    }

    /// <summary>A network that gives its input back.</summary>
    private static Model Identity(int width, int height) => new(
        TestModels.Sequential(new TensorShape(3, height, width), new MaxPool2d(1, 1, 0, false)),
        new Dictionary<string, Tensor>(), [], Normalise);

    private static float[] Run(Model model, Image[] pictures)
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            model, new SessionOptions { Batch = pictures.Length });
        var output = new float[pictures.Length * model.Graph.OutputShape.ElementCount];
        session.Run(pictures, output);
        return output;
    }

    private static Image RandomPicture(int width, int height, PixelFormat format, int seed)
    {
        var pixels = new byte[width * height * (format == PixelFormat.Rgb8 ? 3 : 4)];
        new Random(seed).NextBytes(pixels);
        return new Image(pixels, width, height, format);
    }

    /// <summary>By the definition, in double: each source pixel weighs by its distance from the target's
    /// centre.</summary>
    private static double[] Expected(Image picture, int toWidth, int toHeight)
    {
        int bytes = picture.Format == PixelFormat.Rgb8 ? 3 : 4;
        var result = new double[3 * toHeight * toWidth];
        for (int c = 0; c < 3; c++)
            for (int i = 0; i < toHeight; i++)
                for (int j = 0; j < toWidth; j++)
                {
                    double sum = 0, total = 0;
                    for (int y = 0; y < picture.Height; y++)
                        for (int x = 0; x < picture.Width; x++)
                        {
                            double weight =
                                Weight(y, i, picture.Height, toHeight) * Weight(x, j, picture.Width, toWidth);
                            int place = picture.Format == PixelFormat.Bgra8 ? 2 - c : c;
                            sum += weight * picture.Pixels.Span[(y * picture.Width + x) * bytes + place];
                            total += weight;
                        }
                    result[(c * toHeight + i) * toWidth + j] =
                        (sum / total / 255 - Normalise.Mean[c]) / Normalise.StandardDeviation[c];
                }
        return result;

        static double Weight(int source, int target, int from, int to)
        {
            double step = (double)from / to;
            return Math.Max(0, 1 - Math.Abs(source + 0.5 - (target + 0.5) * step) / Math.Max(step, 1));
        }
    }

    private static void AssertClose(double[] expected, float[] actual, string what)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
            if (!(Math.Abs(expected[i] - actual[i]) <= 1e-5))
                Assert.Fail($"{what}: element {i} is {actual[i]:R}, and should be {expected[i]:R}.");
    }
}
