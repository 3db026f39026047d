using System.Runtime.InteropServices;
using SoftPool.Execution;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Operators;

/// <summary>The bits that an item gives depend on that item alone: not on the others of its batch, not on its place
/// among them, not on what ran before, not on what lies before and behind the operands in memory, which is NaN. And NaN
/// and infinities in an item do to it what is documented. Over every case of every operator and every form of its
/// kernels. lavapipe checks each load against the descriptor; what lies behind an operand SwiftShader sees.</summary>
[TestClass]
public sealed class NeighbourTests
{
    // What lies beside an item: what numbers are not, numbers that overflow as soon as some are added, as floats or
    // halves, and one that is none of these.
    private static readonly float[] Neighbours = [float.NaN, float.PositiveInfinity, 1e38f, -6e4f, 55];

    private const int GuardBytes = 256;

    [TestMethod]
    [DataRow(Numerics.Fast, false)]
    [DataRow(Numerics.Strict, false)]
    [DataRow(Numerics.Fast, true)]
    public void An_item_gives_what_it_gives_alone_and_what_is_documented_for_NaN(Numerics numerics, bool fp16)
    {
        bool all = OperatorForms.AllAreTried(fp16, numerics);
        GpuDevice software = fp16 ? TestDevices.SoftwareWithFp16 : TestDevices.Software;
        using GpuDevice guarded = TestDevices.OpenSoftware(
            new GpuDeviceOptions { PipelineCacheFolder = "", SelfTest = false, GuardBytes = GuardBytes });
        VulkanDevice device = guarded.Vulkan;
        var faults = new List<string>();
        var variants = new HashSet<string>();
        foreach (OperatorCase row in OperatorCases.All)
        {
            (Layer[] layers, TensorShape input, int batch) = row;
            Model model = TestModels.WithWeights(new ModelGraph("test", input, layers));
            // Several forms may come to the same kernels.
            var tested = new HashSet<string>();
            foreach ((DeviceTraits traits, VariantChoice choice) in OperatorForms.Of(row, device.Traits, all))
            {
                ExecutionPlan plan = ExecutionPlan.Create(
                    model, new PlanOptions(Math.Max(batch, 3), Fp16: fp16, Numerics: numerics)
                    {
                        Device = traits,
                        Variants = choice,
                    });
                variants.UnionWith(plan.Launches.Select(dispatch => dispatch.Variant));
                string kernels = OperatorForms.KernelsOf(plan);
                if (!tested.Add(kernels))
                    continue;
                using var run = new RunSlot(new PlannedModel(device, model, plan));
                double tolerance = fp16 ? OperatorCheck.Fp16Tolerance : OperatorForms.Tolerance(layers, plan);
                string? fault = Difference(model, plan, run, tolerance)
                    ?? (numerics == Numerics.Fast ? NonFiniteCheck.Fault(model, plan, run, tolerance) : null);
                if (fault is not null)
                    faults.Add($"{layers[^1].Operator} on {input}, batch {Math.Max(batch, 3)}, {kernels}: {fault}");
            }
        }
        Assert.IsEmpty(faults, $"{faults.Count}:{Environment.NewLine}{string.Join(Environment.NewLine, faults)}");
        if (all)
            foreach (string name in ConvolutionVariantTests.MustRun(software, fp16, numerics == Numerics.Strict))
                Assert.Contains(name, variants);
    }

    /// <summary>Where an item's bits differ from those that it gives alone; null if they never do. Alone the first
    /// gives what the reference gives.</summary>
    private static string? Difference(Model model, ExecutionPlan plan, RunSlot run, double tolerance)
    {
        int length = model.Graph.InputShape.ElementCount, outLength = model.Graph.OutputShape.ElementCount,
            batch = (int)(plan.Outputs[0].Count / outLength);
        var output = new float[batch * outLength];
        var random = new Random(20260703);
        // Pooling compares: its items are numbers near each other, others so far apart that their exponentials have
        // nothing in common, and maps of one number, whose mean is held to what they are. Other operators add: NaN
        // tells of all that they read.
        float[][] items = model.Graph.Layers[^1].Operator is Pooling
            ? [RandomNumbers.Normal(random, length, 1), RandomNumbers.Normal(random, length, 60),
                EvenMaps(), [.. Enumerable.Repeat(float.MaxValue, length)]]
            : [RandomNumbers.Normal(random, length, 1)];
        foreach (float[] item in items)
        {
            int[]? alone = null;
            for (int n = -1; n <= Neighbours.Length; n++)
            {
                int place = n <= 0 ? 0 : n == 1 ? batch - 1 : n % batch;
                if (n < 0)
                    run.Input.Clear();
                else if (n == Neighbours.Length)
                    RandomNumbers.Normal(random, batch * length, 1).CopyTo(run.Input);
                else
                    run.Input.Fill(Neighbours[n]);
                item.CopyTo(run.Input[(place * length)..]);
                run.Submit().Wait();
                run.Read(plan.Batch, output);
                ReadOnlySpan<int> bits = MemoryMarshal.Cast<float, int>(output.AsSpan(place * outLength, outLength));
                if (alone is null && item == items[0])
                    OperatorCheck.AssertClose(
                        OperatorCheck.Reference(model, item), output[..outLength],
                        OperatorForms.KernelsOf(plan), tolerance);
                alone ??= bits.ToArray();
                int at = bits.CommonPrefixLength(alone);
                if (at < outLength)
                    return $"an item of {item[0]} and so on, at {place} "
                        + $"beside {(n == Neighbours.Length ? "noise" : Neighbours[n])}: "
                        + $"element {at} is {output[place * outLength + at]:R}, "
                        + $"alone {BitConverter.Int32BitsToSingle(alone[at]):R}";
            }
        }
        return null;

        float[] EvenMaps()
        {
            float[] values = RandomNumbers.Normal(random, model.Graph.InputShape[0], 10);
            return [.. Enumerable.Range(0, length).Select(i => values[i * values.Length / length])];
        }
    }
}
