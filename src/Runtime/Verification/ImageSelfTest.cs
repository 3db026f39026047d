using SoftPool.Execution;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Vulkan;

namespace SoftPool.Verification;

/// <summary>Trusts the kernels that resize images no more than others: at their first use with a driver they are held
/// to the reference. Verdicts are remembered.</summary>
internal static class ImageSelfTest
{
    // Values are near 1; the kernels add some thousand products in 32 bits.
    private const double Tolerance = 1e-4;

    // Each way to resize once: whole images, cropped ones with sums that leave the range of bytes, bordered ones.
    private static readonly Preprocessing[] Ways =
    [
        Preprocessing.ImageNet,
        Preprocessing.ImageNet with { Resize = new CenterCrop(6) { Interpolation = Interpolation.Bicubic } },
        Preprocessing.ImageNet with { Resize = new Letterbox(114) },
    ];

    /// <summary>Whether one launch may resize an image that is not large; else two launches do.</summary>
    /// <exception cref="UnsupportedDeviceException">The kernels of the two launches failed, and no other can take their
    /// place.</exception>
    public static bool PassesInOneLaunch(VulkanDevice device)
    {
        lock (device.Variants.Testing)
        {
            if (VerdictOn(device, ImagePlan.Lines) is { Length: > 0 } reason)
                throw new UnsupportedDeviceException(
                    $"{device.Physical.Info.Name} with the driver {device.Physical.Info.Driver} fails the self-test of "
                    + $"the kernel {ImagePlan.Lines}, and no other takes its place; it is {reason}.");
            bool passes = VerdictOn(device, ImagePlan.Whole).Length == 0;
            if (device.SelfTests)
                device.Variants.SaveVerdicts();
            return passes;
        }
    }

    private static string VerdictOn(VulkanDevice device, string kernel)
    {
        if (device.Variants.VerdictOn(kernel) is { } known)
            return known;
        if (!device.SelfTests)
            return "";
        string verdict = "";
        try
        {
            device.Variants.Try(kernel, () => verdict = Ways
                .Select(preprocessing => Try(device, kernel, preprocessing))
                .FirstOrDefault(fault => fault.Length > 0, ""));
        }
        catch (VulkanException e) when (SelfTest.IsOfKernel(e.Call))
        {
            verdict = $"not to be run: {e.Message}";
        }
        device.Variants.Judge(kernel, verdict);
        return verdict;
    }

    private static string Try(VulkanDevice device, string kernel, Preprocessing preprocessing)
    {
        var shape = new TensorShape(3, 5, 7);
        // A network that gives its input back.
        var model = new Model(
            new ModelGraph("self-test", shape, [new Layer("0", new Dropout(0.5))]),
            new Dictionary<string, Tensor>(), [],
            preprocessing);
        Image[] images =
        [
            Image(13, 9, PixelFormat.Rgb8), Image(4, 11, PixelFormat.Rgba8), Image(16, 3, PixelFormat.Bgra8),
        ];
        ExecutionPlan plan = ExecutionPlan.Create(model, PlanOptions.Of(
            new SessionOptions { Batch = images.Length }, device.Traits, device.Physical.LargestOperand));
        using var slot = new RunSlot(
            new PlannedModel(device, model, plan) { ResizesInOneLaunch = () => kernel == ImagePlan.Whole });
        float[] first = [], output = new float[images.Length * shape.ElementCount];
        for (int run = 0; run < 2; run++)
        {
            slot.Submit(images).WaitForTrial();
            slot.Read(images.Length, output);
            if (run == 0)
                first = [.. output];
        }
        if (!first.AsSpan().SequenceEqual(output))
            return "unsteady: two runs on the same images gave other values";
        double error = 0;
        for (int i = 0; i < images.Length; i++)
        {
            double[] expected = ImageReference.Compute(images[i], shape, preprocessing);
            for (int j = 0; j < expected.Length; j++)
            {
                double off = Math.Abs(expected[j] - output[i * shape.ElementCount + j]);
                error = double.IsNaN(off) ? double.PositiveInfinity : Math.Max(error, off);
            }
        }
        return error <= Tolerance
            ? ""
            : FormattableString.Invariant($"wrong: off by {error:0.0e-0} for images of 13x9, 4x11 and 16x3 pixels");
    }

    private static Image Image(int width, int height, PixelFormat format)
    {
        var pixels = new byte[width * height * (format == PixelFormat.Rgb8 ? 3 : 4)];
        new Random(width).NextBytes(pixels);
        return new Image(pixels, width, height, format);
    }
}
