using SoftPool.Execution;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests.Operators;

/// <summary>Runs layers on a device and in the reference, on the same random weights and inputs.</summary>
internal static class OperatorCheck
{
    /// <summary>The largest error allowed, relative to the largest value: a few units in the last place of long
    /// sums.</summary>
    public const double Tolerance = 2e-6;

    /// <summary>The same where numbers are stored as halves, which have eleven bits: inputs, weights and outputs are
    /// rounded, and a sum of rounded products can cancel.</summary>
    public const double Fp16Tolerance = 4e-3;

    /// <summary>Fails unless the device gives what the reference gives, for every item of a batch.</summary>
    public static void Matches(
        GpuDevice device, Layer[] layers, TensorShape inputShape, int batch, double scale = 1, bool fp16 = false,
        double tolerance = Tolerance, VariantChoice? variants = null, DeviceTraits? plannedFor = null)
    {
        var random = new Random(20260701);
        Model model = RandomModel(layers, inputShape, random);
        float[] input = RandomNumbers.Normal(random, batch * inputShape.ElementCount, scale);

        float[] output = plannedFor is null
            ? Run(device, model, input, fp16, variants: variants)
            : RunAs(plannedFor, device, model, input, fp16);
        AssertClose(
            Reference(model, input), output,
            $"{layers[^1].Operator} on {inputShape}, batch {batch}{(variants is null ? "" : $", {variants.Forced}")}",
            tolerance);
    }

    /// <summary>Fails unless a strict session gives the strict reference's bits, for every item of a batch and for
    /// inputs of each scale.</summary>
    public static void MatchesStrictly(
        GpuDevice device, Layer[] layers, TensorShape inputShape, int batch, double[] scales,
        VariantChoice? variants = null, DeviceTraits? plannedFor = null)
    {
        var random = new Random(20260702);
        Model model = RandomModel(layers, inputShape, random);
        float[][] inputs =
        [
            .. scales.Select(scale => RandomNumbers.Normal(random, batch * inputShape.ElementCount, scale)
                .Select(number => Math.Clamp(number, float.MinValue, float.MaxValue)).ToArray()),
        ];
        float[][] outputs = plannedFor is null
            ? Run(device, model, inputs, fp16: false, Numerics.Strict, variants)
            : [.. inputs.Select(input => RunAs(plannedFor, device, model, input, fp16: false, Numerics.Strict))];
        foreach ((double scale, float[] input, float[] actual) in scales.Zip(inputs, outputs))
        {
            float[] expected =
            [
                .. input.Chunk(model.Graph.InputShape.ElementCount)
                    .SelectMany(item => ReferenceNetwork.RunStrict(model, item)[^1]),
            ];
            var comparison = new BitComparison();
            comparison.Add(expected, actual);
            string what = $"{layers[^1].Operator} on {inputShape}, scale {scale}, {variants?.Forced}";
            Assert.IsTrue(
                comparison.AreEqual, $"{what}: {comparison.DifferingElements} of {comparison.Count} elements differ.");
        }
    }

    /// <summary>What the device gives for the items of one input.</summary>
    public static float[] Run(
        GpuDevice device, Model model, float[] input, bool fp16 = false, Numerics numerics = Numerics.Fast,
        VariantChoice? variants = null) => Run(device, model, [input], fp16, numerics, variants)[0];

    /// <summary>What one session gives for inputs of as many items each.</summary>
    private static float[][] Run(
        GpuDevice device, Model model, float[][] inputs, bool fp16, Numerics numerics, VariantChoice? variants)
    {
        int batch = inputs[0].Length / model.Graph.InputShape.ElementCount;
        using InferenceSession session = new(
            device, model, new SessionOptions { Batch = batch, Fp16 = fp16, Numerics = numerics }, variants);
        // Else a broken kernel would be struck off by the self-test, and another one be tested in its place.
        Assert.IsEmpty(
            session.RejectedKernels,
            string.Join("; ", session.RejectedKernels.Select(kernel => $"{kernel.Kernel} is {kernel.Reason}")));
        return [.. inputs.Select(input =>
        {
            var output = new float[batch * model.Graph.OutputShape.ElementCount];
            session.Run(input, output);
            return output;
        })];
    }

    /// <summary>What the device gives by the kernels that are meant for another.</summary>
    private static float[] RunAs(
        DeviceTraits other, GpuDevice device, Model model, float[] input, bool fp16, Numerics numerics = Numerics.Fast)
    {
        int batch = input.Length / model.Graph.InputShape.ElementCount;
        ExecutionPlan plan = ExecutionPlan.Create(
            model, new PlanOptions(batch, Fp16: fp16, Numerics: numerics) { Device = other });
        using var run = new RunSlot(new PlannedModel(device.Vulkan, model, plan));
        var output = new float[batch * model.Graph.OutputShape.ElementCount];
        input.CopyTo(run.Input);
        run.Submit().Wait();
        run.Read(batch, output);
        return output;
    }

    /// <summary>What the reference gives for the items of one input.</summary>
    public static float[] Reference(Model model, float[] input) =>
        [.. input.Chunk(model.Graph.InputShape.ElementCount).SelectMany(item => ReferenceNetwork.Run(model, item)[^1])];

    public static Model ModelOf(Operator op, TensorShape inputShape) =>
        RandomModel([new Layer("layer", op)], inputShape, new Random(1));

    public static void AssertClose(float[] expected, float[] actual, string what, double tolerance = Tolerance)
    {
        double largest = Math.Max(expected.Max(value => Math.Abs((double)value)), 1e-30);
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)expected[i] - actual[i]) / largest;
            if (!(difference <= tolerance))
                Assert.Fail(
                    $"{what}: element {i} is {actual[i]:R}, and should be {expected[i]:R}; "
                    + $"off by {difference:E1} of the largest.");
        }
    }

    internal static Model RandomModel(Layer[] layers, TensorShape inputShape, Random random)
    {
        var graph = new ModelGraph("test", inputShape, layers);
        var weights = graph.Parameters.ToDictionary(
            parameter => parameter.Name,
            parameter => new Tensor(parameter.Shape, RandomNumbers.Weights(random, parameter)));
        int channels = inputShape[0];
        return new Model(
            graph, weights, [], new Preprocessing(new float[channels], Enumerable.Repeat(1f, channels).ToArray()));
    }
}
