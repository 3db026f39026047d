using SoftPool.Execution;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Operators.Convolutions.Cpu;
using SoftPool.Operators.Convolutions.Gpu;

namespace SoftPool.Runtime.Tests.Operators;

/// <summary>What a NaN or an infinity in one place of an item does to which of its outputs: what docs/parity.md
/// promises.</summary>
internal static class NonFiniteCheck
{
    /// <summary>What is not as promised where one element of an item is no finite number; null if nothing is.</summary>
    public static string? Fault(Model model, ExecutionPlan plan, RunSlot run, double tolerance)
    {
        var random = new Random(20260705);
        float[] item = RandomNumbers.Normal(random, model.Graph.InputShape.ElementCount, 1);
        double allowed = tolerance * OperatorCheck.Reference(model, item).Max(value => Math.Abs((double)value));
        foreach (int place in new[] { 0, random.Next(item.Length), item.Length - 1 }.Distinct())
            if (Fault(model, plan, run, item, place, allowed) is { } fault)
                return $"element {place} is {fault}";
        return null;
    }

    private static string? Fault(
        Model model, ExecutionPlan plan, RunSlot run, float[] item, int place, double tolerance)
    {
        bool isSoft = model.Graph.Layers[^1].Operator is SoftPooling;
        bool isWinograd = VariantOf(plan) is WinogradConvolution or PlainWinogradConvolution;
        var output = new float[model.Graph.OutputShape.ElementCount];
        bool[]? reads = null;
        HashSet<int> beside = [];
        foreach (float value in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            float[] input = [.. item];
            input[place] = value;
            float[] expected = OperatorCheck.Reference(model, input);
            // NaN tells which outputs read the element.
            if (reads is null)
                beside = BesideReached(plan, model.Graph.OutputShape, reads = Array.ConvertAll(expected, float.IsNaN));
            input.CopyTo(run.Input);
            run.Submit().Wait();
            run.Read(plan.Batch, output);
            for (int i = 0; i < output.Length; i++)
            {
                bool isAsExpected = float.IsFinite(expected[i])
                    ? Math.Abs((double)output[i] - expected[i]) <= tolerance
                    : expected[i].Equals(output[i]);
                bool isPromised = reads[i] && !float.IsNaN(value)
                    ? isAsExpected || (!float.IsFinite(output[i]) && (isSoft || isWinograd))
                    : isAsExpected || (float.IsNaN(output[i]) && beside.Contains(i));
                if (!isPromised)
                    return $"{value}: output {i}, which {(reads[i] ? "reads it" : "does not read it")}, "
                        + $"is {output[i]:R}; expected {expected[i]:R}";
            }
        }
        return null;
    }

    /// <summary>Which outputs a convolution may make NaN beside those that read the element: none, but with Winograd's
    /// algorithm those of the same 4 x 4, and with words along a row some of the same row or the one before
    /// it.</summary>
    private static HashSet<int> BesideReached(ExecutionPlan plan, TensorShape shape, bool[] reads)
    {
        (int height, int width) = shape.Rank == 3 ? (shape[1], shape[2]) : (1, 1);
        Func<int, int[]> regions = VariantOf(plan) switch
        {
            WinogradConvolution or PlainWinogradConvolution => i => [Row(i) / 4 * width + i % width / 4],
            LanesConvolution or PackedConvolution { InPlanes: false } => i => [Row(i), Row(i) - 1],
            _ => _ => [],
        };
        HashSet<int> near = [.. Enumerable.Range(0, reads.Length).Where(i => reads[i]).SelectMany(regions)];
        return [.. Enumerable.Range(0, reads.Length).Where(i => regions(i).Take(1).Any(near.Contains))];

        int Row(int i) => i / width % height;
    }

    private static Variant<Conv2d>? VariantOf(ExecutionPlan plan) =>
        Conv2d.Variants.All.FirstOrDefault(variant => plan.Launches.Any(dispatch => dispatch.Variant == variant.Name));
}
