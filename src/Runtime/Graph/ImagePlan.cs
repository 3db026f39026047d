using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Graph;

/// <summary>The launches that make one item of a network's input of an image: resized, scaled and shifted in each
/// channel.</summary>
/// <param name="Pixels">The image's bytes.</param>
/// <param name="Launches">One launch, or for a large image two: along x, then along y. The constants that they read
/// belong to images of this size alone.</param>
internal sealed record ImagePlan(Operand Pixels, IReadOnlyList<KernelLaunch> Launches)
{
    /// <summary>The kernel that makes pixels of planes.</summary>
    public const string OfPlanes = "image_of_planes";

    /// <summary>The kernel that makes an item in one launch.</summary>
    public const string Whole = "image";

    /// <summary>The two kernels that make an item in two launches.</summary>
    public const string Lines = "image_lines", OfLines = "image_of_lines";

    /// <summary>The image's planes, if it is of planes.</summary>
    public Operand? Planes { get; private init; }

    /// <summary>The launch that makes pixels of planes, if it is of planes.</summary>
    public KernelLaunch? FromPlanes { get; private init; }

    /// <param name="image">The image.</param>
    /// <param name="item">Its place in the batch.</param>
    /// <param name="shape">The network's input, (3, H, W).</param>
    /// <param name="preprocessing">How an image becomes an input.</param>
    /// <param name="input">The whole batch of inputs.</param>
    /// <param name="takesWhole">Whether one launch may do it where the image is not large.</param>
    public static ImagePlan Of(
        in PictureShape image, int item, TensorShape shape, Preprocessing preprocessing, Operand input, bool takesWhole)
    {
        (ImageFilter columns, ImageFilter rows) = ImageFilter.Of(image, shape, preprocessing.Resize);
        bool blueFirst = image.Format == PixelFormat.Bgra8;
        uint[] layout =
        [
            (uint)image.Width, (uint)image.BytesPerPixel, blueFirst ? 2u : 0u, blueFirst ? 0u : 2u,
            (uint)columns.Taps, (uint)rows.Taps, (uint)(item * shape.ElementCount),
            (uint)image.Height, (uint)columns.Begin, (uint)columns.End, (uint)rows.Begin, (uint)rows.End,
            .. columns.First, .. rows.First,
        ];
        float[] weights =
        [
            .. preprocessing.Mean.Zip(preprocessing.StandardDeviation)
                .SelectMany(channel => new[] { 1 / (255 * channel.Second), -channel.First / channel.Second }),
            preprocessing.Resize.Border, .. columns.Weights, .. rows.Weights,
        ];
        Operand pixels = new Activation((image.PixelBytes + 3) / 4);
        Operand? planes = image.IsYuv ? new Activation((image.PlaneBytes + 3) / 4) : null;
        Operand lines = new Activation(3L * image.Height * shape[2]);
        IntegerConstant layoutConstant = new("layout", layout);
        FloatConstant weightsConstant = new("weights", weights.Length, () => weights);
        SpecializationConstant[] constants = [("HEIGHT", shape[1]), ("WIDTH", shape[2])];
        var groups = GroupCount.Linear(shape[1] * shape[2]);
        long iterations = LoopIterations.Of(rows.Taps, columns.Taps);
        return new ImagePlan(pixels, takesWhole && iterations <= Slices.LongestWhole
            ? [Launch(Whole, groups, iterations, pixels, input)]
            :
            [
                Launch(
                    Lines, GroupCount.Linear((long)image.Height * shape[2]),
                    LoopIterations.Of(columns.Taps), pixels, lines),
                Launch(OfLines, groups, LoopIterations.Of(rows.Taps), lines, input),
            ])
        {
            Planes = planes,
            FromPlanes = planes is null ? null : ColourLaunch(image, planes, pixels),
        };

        // Two kernels that work together are judged as one, by the name of the first.
        KernelLaunch Launch(string kernel, GroupCount size, long most, Operand from, Operand to) => new(
            ModelGraph.InputName, new KernelId(kernel), constants, size, [from, to, layoutConstant, weightsConstant],
            kernel == Whole ? "" : Lines, Iterations: most)
        {
            IsJudgedAlone = kernel == Whole,
        };
    }

    private static KernelLaunch ColourLaunch(in PictureShape image, Operand planes, Operand pixels)
    {
        var matrix = ColourMatrix.Of(image);
        return new KernelLaunch(
            ModelGraph.InputName, new KernelId(OfPlanes),
            [
                ("HEIGHT", image.Height), ("WIDTH", image.Width), ("BITS", 8 * image.SampleBytes),
                ("BLACK", matrix.Black), ("LUMA", matrix.Luma), ("RED_V", matrix.RedV), ("GREEN_U", matrix.GreenU),
                ("GREEN_V", matrix.GreenV), ("BLUE_U", matrix.BlueU),
            ],
            GroupCount.Linear((long)image.Height * image.Width), [planes, pixels]);
    }
}
