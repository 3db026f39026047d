using System.Globalization;
using System.Text.RegularExpressions;
using SoftPool.Runtime.Tests.Verification;
using SoftPool.Verification;

namespace SoftPool.Native.Tests;

/// <summary>The library on devices that others have made: an engine's, FFmpeg's and libplacebo's, under the validation
/// layer. The samples' results have the bits that the same pictures give from memory.</summary>
[TestClass]
public sealed partial class HostTests
{
    private static readonly TemporaryFolder Folder = new();

    private static string ModelFile => Folder["model.safetensors"];

    [ClassInitialize]
    public static void Save(TestContext _) => Certified.Of(Certified.OfPictures).Save(ModelFile);

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    [TestMethod]
    public void An_engine_s_frames_are_classified_on_its_device()
    {
        if (CompiledC.Missing is { } reason)
            Assert.Inconclusive(reason);
        const int Count = 4;
        (string[] lines, _) = Run("frames", [$"{Count}"], "-lvulkan");
        AssertFrames(lines, [.. Enumerable.Range(0, Count).Select(Block)]);
    }

    [TestMethod]
    public void Films_that_FFmpeg_decodes_are_classified_on_its_device()
    {
        Skip("FFmpeg 5.1", "libavfilter >= 8", "libavutil >= 57", "libavutil < 58", "libavcodec", "libavformat");
        if (!CompiledC.Exists("ffmpeg"))
            Assert.Inconclusive("There is no ffmpeg: tools/setup.sh --with-hosts installs it.");
        const int Width = 180, Height = 122, Count = 5;
        (string film, string raw) = (Folder["film.mp4"], Folder["film.nv12"]);
        FFmpeg(
            "-f", "lavfi", "-i", $"testsrc2=size={Width}x{Height}:rate=5", "-frames:v", $"{Count}", "-c:v", "mpeg4",
            film);
        FFmpeg("-i", film, "-pix_fmt", "nv12", "-f", "rawvideo", raw);
        byte[] planes = File.ReadAllBytes(raw);
        var shape = new PictureShape(Width, Height, PixelFormat.Nv12, YuvMatrix.Bt601);
        Assert.HasCount(Count * (int)shape.PlaneBytes, planes);

        string drawn = Folder["drawn.nv12"];
        (string[] lines, bool isValidated) = Run(
            "video", [film, drawn], "-lavfilter", "-lavformat", "-lavcodec", "-lavutil", "-lvulkan");
        AssertFrames(lines, [.. planes.Chunk((int)shape.PlaneBytes).Select(frame =>
            new Image(ColourReference.Compute(shape, frame), Width, Height, PixelFormat.Rgba8))]);
        byte[][] labelled = [.. File.ReadAllBytes(drawn).Chunk((int)shape.PlaneBytes)];
        Assert.HasCount(Count, labelled);
        for (int i = 0; i < Count; i++)
            AssertLabelled(shape, planes.AsSpan(i * (int)shape.PlaneBytes, (int)shape.PlaneBytes), labelled[i]);
        SkipUnless(isValidated);
    }

    /// <summary>A frame has the name of a class at the upper left, twelve letters of 3x5 points in a field of black, and
    /// is the same elsewhere.</summary>
    private static void AssertLabelled(PictureShape shape, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        const int Margin = 8, Scale = 2, Columns = 4 * 12 + 1, Rows = 7;
        var points = new char[Rows, Columns];
        for (int place = 0; place < after.Length; place++)
        {
            bool isLuma = place < shape.ChromaOffset;
            int pitch = (int)(isLuma ? shape.RowBytes : shape.ChromaRowBytes), parts = isLuma ? 1 : 2;
            int index = isLuma ? place : place - (int)shape.ChromaOffset;
            int x = index % pitch / parts - Margin / parts, y = index / pitch - Margin / parts;
            if (x < 0 || y < 0 || x >= Columns * Scale / parts || y >= Rows * Scale / parts)
                Assert.AreEqual(before[place], after[place], $"byte {place}");
            else if (isLuma)
                points[y / Scale, x / Scale] = after[place] switch { 235 => '#', 16 => '.', _ => '!' };
            else
                Assert.AreEqual(128, after[place], $"byte {place}");
        }
        string[] expected =
        [
            "......................", "..##.#....#...##..##..", ".#...#...#.#.#...#....", ".#...#...###..#...#...",
            ".#...#...#.#...#...#..", "..##.###.#.#.##..##...", "......................",
        ];
        for (int row = 0; row < Rows; row++)
            Assert.AreEqual(
                expected[row],
                new string([.. Enumerable.Range(0, expected[row].Length).Select(column => points[row, column])]));
    }

    [TestMethod]
    public void Textures_of_libplacebo_are_classified_while_it_renders_with_the_same_queue()
    {
        Skip("libplacebo 4", "libplacebo >= 4.208", "libplacebo < 5");
        const int Count = 24;
        (string[] lines, bool isValidated) = Run("placebo", [$"{Count}"], "-lplacebo", "-lvulkan");
        Match rendered = Rendered().Match(lines[^1]);
        Assert.IsTrue(rendered.Success, lines[^1]);
        Assert.IsGreaterThan(Count, int.Parse(rendered.Groups[1].Value, CultureInfo.InvariantCulture));
        AssertFrames(lines[..^1], [.. Enumerable.Range(0, Count).Select(Block)]);
        SkipUnless(isValidated);
    }

    // The picture that frames.c and placebo.c draw.
    private static Image Block(int number)
    {
        const int Width = 320, Height = 240;
        int left = number * 29 % (Width - 80), top = number * 13 % (Height - 60);
        var pixels = new byte[3 * Width * Height];
        for (int i = 0; i < Width * Height; i++)
        {
            bool isBlock = i % Width - left is >= 0 and < 80 && i / Width - top is >= 0 and < 60;
            ((byte[])(isBlock ? [240, 128, 64] : [24, 48, 96])).CopyTo(pixels, 3 * i);
        }
        return new Image(pixels, Width, Height);
    }

    private static void Skip(string host, params string[] libraries)
    {
        if (CompiledC.Missing is { } reason)
            Assert.Inconclusive(reason);
        if (!CompiledC.HasLibraries(libraries))
            Assert.Inconclusive(
                $"The libraries of {host} are not there: tools/setup.sh --with-hosts installs them on Debian 12.");
    }

    private static void SkipUnless(bool isValidated)
    {
        if (!isValidated)
            Assert.Inconclusive(
                "The results are right. The Khronos validation layer, which was to watch, is not there: "
                + "tools/setup.sh --with-hosts installs it on Debian 12.");
    }

    /// <summary>Compiles a sample and runs it. The validation layer, where there is one, must have nothing to
    /// say.</summary>
    /// <returns>What the sample printed, and whether the layer was there.</returns>
    private static (string[] Lines, bool IsValidated) Run(
        string sample, string[] arguments, params string[] libraries)
    {
        CompiledC.Compile(
            Path.Combine(CompiledC.Root, $"src/Native/samples/{sample}.c"), Folder[sample], libraries);
        (int code, string output) = CompiledC.Run(
            Folder[sample],
            [
                ("VK_INSTANCE_LAYERS", "VK_LAYER_KHRONOS_validation"),
                ("VK_LAYER_SETTINGS_PATH", Path.Combine(CompiledC.Root, "tools/lib/vk_layer_settings.txt")),
            ],
            [ModelFile, .. arguments]);
        Assert.AreEqual(0, code, output);
        // Without this line, silence would prove nothing.
        bool isValidated = output.Contains("Khronos Validation Layer Active", StringComparison.Ordinal);
        if (isValidated)
            Assert.Contains("SYNCHRONIZATION_VALIDATION", output);
        Assert.IsFalse(Message().IsMatch(output), output);
        string[] lines = [.. output.Split('\n').Where(line => Wanted().IsMatch(line))];
        return (lines, isValidated);
    }

    private static void FFmpeg(params string[] arguments)
    {
        (int code, string output) = CompiledC.Run(
            "ffmpeg", [], ["-hide_banner", "-loglevel", "error", "-nostdin", .. arguments]);
        Assert.AreEqual(0, code, output);
    }

    private static void AssertFrames(string[] lines, Image[] frames)
    {
        Assert.HasCount(frames.Length, lines);
        using GpuDevice device = GpuDevice.Create(options: new GpuDeviceOptions { PipelineCacheFolder = "" });
        var model = Model.Load(ModelFile);
        using InferenceSession session = device.CreateSession(model);
        var scores = new float[model.Graph.OutputShape.ElementCount];
        for (int number = 0; number < frames.Length; number++)
        {
            session.Run([frames[number]], scores);
            int best = scores.IndexOf(scores.Max());
            string begin = $"frame {number}: class {best}, {model.ClassNames[best]}: ";
            Assert.StartsWith(begin, lines[number]);
            Assert.AreEqual(scores[best], float.Parse(lines[number][begin.Length..], CultureInfo.InvariantCulture));
        }
    }

    [GeneratedRegex("^frame |textures were rendered")]
    private static partial Regex Wanted();

    [GeneratedRegex(@"Validation (Performance )?(Error|Warning)")]
    private static partial Regex Message();

    [GeneratedRegex(@"^(\d+) textures were rendered meanwhile")]
    private static partial Regex Rendered();
}
