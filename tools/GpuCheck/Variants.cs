using SoftPool.Execution;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Vulkan;

namespace SoftPool.GpuCheck;

/// <summary>Each way to compute each convolution of the networks.</summary>
internal static class Variants
{
    public static void Run(Check check)
    {
        VulkanDevice device = check.Device.Vulkan;
        var seen = new HashSet<string>();
        foreach (int batch in check.IsQuick ? (int[])[1] : [1, 8, 64])
            foreach ((Model model, _) in check.Models)
                foreach (SessionOptions precision in check.Precisions)
                {
                    PlanOptions options = PlanOptions.Of(
                        precision with { Batch = batch }, device.Traits,
                        device.Physical.Limits.MaxStorageBufferRange);
                    for (int i = 0; i < model.Graph.Layers.Count; i++)
                    {
                        if (model.Graph.Layers[i].Operator is not Conv2d convolution)
                            continue;
                        TensorShape input = model.Graph.InputShapesOf(i)[0];
                        string key = VariantTable<Conv2d>.KeyOf(convolution, input, options);
                        if (!seen.Add(key))
                            continue;
                        string chosen = ConvolutionTuner.Candidates(convolution, input, options).First();
                        foreach (Variant<Conv2d> variant in Conv2d.Variants.All)
                        {
                            if (check.IsOver)
                                return;
                            Measure(check, convolution, input, options, variant.Name, chosen, key);
                        }
                    }
                }
    }

    private static void Measure(
        Check check, Conv2d convolution, TensorShape input, PlanOptions options, string variant, string chosen,
        string key)
    {
        options = options with { Variants = new VariantChoice(variant) };
        // A variant that does not take the convolution leaves it to another.
        var graph = new ModelGraph("variant", input, [new Layer("0", convolution)]);
        ExecutionPlan plan = ExecutionPlan.Create(
            graph, name => throw new InvalidOperationException(name), options);
        if (!plan.Launches.Any(launch => launch.Variant == variant))
            return;
        TimeSpan spent = TimeSpan.FromTicks(1);
        double? time = ConvolutionTuner.Measure(check.Device.Vulkan, convolution, input, options, ref spent);
        double products = plan.Launches.Sum(launch => launch.MultiplyAdds);
        check.Rows.Add(
            "variants", key, ("variant", variant + (variant == chosen ? ", chosen" : "")),
            ("ms", time is null ? null : Math.Round(time.Value, 4)),
            ("GFLOP/s", time is null ? null : Math.Round(2 * products / time.Value / 1e6, 1)),
            ("groups", string.Join(' ', plan.Launches.Select(
                launch => $"{launch.Groups.X}x{launch.Groups.Y}x{launch.Groups.Z}"))));
    }
}
