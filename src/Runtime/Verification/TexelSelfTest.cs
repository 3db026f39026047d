using SoftPool.Execution;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Vulkan;

namespace SoftPool.Verification;

/// <summary>Trusts the kernel that makes texels of outputs no more than others: at its first use with a driver it has
/// to give every byte as the reference does.</summary>
internal static class TexelSelfTest
{
    private const int Height = 37, Width = 29, Batch = 2;

    /// <exception cref="UnsupportedDeviceException">The kernel failed, and no other can take its place.</exception>
    public static void Check(VulkanDevice device) => FirstUse.Check(
        device, TexelPlan.Kernel,
        () => Try(device, 1, new TexelFormat(1, 8)) + Try(device, 1, new TexelFormat(1, 16))
            + Try(device, 3, new TexelFormat(4, 8, IsBlueFirst: true)) + Try(device, 4, new TexelFormat(4, 16))
            + Try(device, 3, new TexelFormat(4, 32)),
        "Give buffers.");

    /// <summary>Numbers in which roundings differ: of bytes, of 16-bit floats, of no number at all.</summary>
    internal static float[] Values(int count)
    {
        var random = new Random(1);
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (i % 4) switch
            {
                0 => (random.Next(-4, 516) / 2f) / 255, // whole and half bytes
                1 => random.NextSingle(),
                // 16-bit floats, and what lies between two of them.
                2 => Between((ushort)random.Next(0x7c00)),
                _ => ((float[])[-1, -0f, 2, 65519, 65520, 1e9f, 6e-8f, 2.9e-8f, float.PositiveInfinity])[i / 4 % 9],
            };
        return values;
    }

    private static float Between(ushort half)
    {
        float low = (float)BitConverter.UInt16BitsToHalf(half);
        return half % 2 == 0 || half == 0x7bff ? low : (low + (float)BitConverter.UInt16BitsToHalf(++half)) / 2;
    }

    private static string Try(VulkanDevice device, int channels, TexelFormat format)
    {
        // A network that gives its input back.
        var shape = new TensorShape(channels, Height, Width);
        var model = new Model(
            new ModelGraph("self-test", shape, [new Layer("0", new Dropout(0.5))]),
            new Dictionary<string, Tensor>(), [],
            new Preprocessing(new float[channels], [.. Enumerable.Repeat(1f, channels)]));
        ExecutionPlan plan = ExecutionPlan.Create(
            model,
            PlanOptions.Of(new SessionOptions(Batch), device.Traits, device.Physical.LargestOperand));
        var planned = new PlannedModel(device, model, plan);
        using DeviceProgram program = planned.CreateProgram();
        using FloatInput input = planned.CreateFloatInput(program);
        using var texels = new TexelOutput(planned, program, format);
        int itemBytes = Height * Width * format.Bytes;
        using DeviceBuffer back = DeviceBuffer.ReadBack(device, (long)Batch * Division.Align(itemBytes, sizeof(uint)));
        using Submission run = planned.RecordParts((commands, part) =>
        {
            input.Record(commands, part);
            program.RecordLaunches(commands);
            texels.Record(commands, [], part);
            for (int i = 0; i < Batch; i++)
                commands.Copy(
                    texels.TexelsOf(i) with { ByteCount = itemBytes },
                    back.Part(i * (long)Division.Align(itemBytes, sizeof(uint)), itemBytes));
            commands.BarrierToHost();
        });
        float[] values = Values(Batch * shape.ElementCount);
        values.CopyTo(input.ValuesOf(0));
        run.Submit();
        run.WaitForTrial();
        for (int i = 0; i < Batch; i++)
        {
            ReadOnlySpan<byte> came = back.Mapped<byte>(i * (long)Division.Align(itemBytes, sizeof(uint)), itemBytes);
            byte[] expected = TexelReference.Compute(
                format, values.AsSpan(i * shape.ElementCount, shape.ElementCount), Height * Width);
            int same = came.CommonPrefixLength(expected);
            if (same < itemBytes)
                return $"wrong: byte {same} of texels of {format.Components} times {format.Bits} bits is {came[same]}, "
                    + $"and not {expected[same]}";
        }
        return "";
    }
}
