using SoftPool.Execution;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Vulkan;

namespace SoftPool.Verification;

/// <summary>Trusts the kernel that makes pixels of luma and chroma no more than others: at its first use with a driver
/// it has to give every byte as the reference does.</summary>
internal static class ColourSelfTest
{
    /// <exception cref="UnsupportedDeviceException">The kernel failed, and no other can take its place.</exception>
    public static void Check(VulkanDevice device) => FirstUse.Check(
        device, ImagePlan.OfPlanes, () => Try(device, PixelFormat.Nv12) + Try(device, PixelFormat.P010),
        "Give pixels of red, green and blue.");

    private static string Try(VulkanDevice device, PixelFormat format)
    {
        // Odd, and with all values of luma.
        var shape = new PictureShape(37, 29, format, YuvMatrix.Bt601);
        var item = new TensorShape(3, shape.Height, shape.Width);
        // A network that gives the bytes of a picture of its own size back.
        var model = new Model(
            new ModelGraph("self-test", item, [new Layer("0", new Dropout(0.5))]),
            new Dictionary<string, Tensor>(), [], new Preprocessing([0, 0, 0], [1, 1, 1]));
        ExecutionPlan plan = ExecutionPlan.Create(
            model, PlanOptions.Of(new SessionOptions(), device.Traits, device.Physical.LargestOperand));
        long bytes = Division.Align(shape.PlaneBytes, sizeof(uint));
        using DeviceBuffer planes = DeviceBuffer.Upload(device, bytes);
        Span<byte> written = planes.Mapped<byte>(0, bytes);
        new Random(1).NextBytes(written);
        byte[] expected = ColourReference.Compute(shape, written);
        using var slot = new RunSlot(new PlannedModel(device, model, plan));
        var luma = DevicePlane.InBuffer(planes.Number);
        slot.Submit(
            [
                new DeviceImage(luma, shape.Width, shape.Height, format)
                {
                    Chroma = luma with { Offset = shape.ChromaOffset },
                    Matrix = shape.Matrix,
                },
            ]).WaitForTrial();
        var output = new float[item.ElementCount];
        slot.Read(1, output);
        int pixels = shape.Width * shape.Height;
        for (int i = 0; i < output.Length; i++)
        {
            double value = 255.0 * output[i], right = expected[4 * (i % pixels) + i / pixels];
            if (!(Math.Abs(value - right) < 0.01))
                return FormattableString.Invariant($"wrong: {right} became {value:0.00} in a picture of {format}");
        }
        return "";
    }
}
