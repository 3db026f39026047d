using SoftPool.Execution;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Vulkan;

namespace SoftPool.GpuCheck;

/// <summary>Each way to compute each layer of the networks that has several.</summary>
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
                        device.Physical.LargestOperand);
                    for (int i = 0; i < model.Graph.Layers.Count; i++)
                    {
                        Operator op = model.Graph.Layers[i].Operator;
                        TensorShape input = model.Graph.InputShapesOf(i)[0];
                        string[] variants =
                        [
                            .. op switch
                            {
                                Conv2d => Conv2d.Variants.All.Select(variant => variant.Name),
                                Linear => Linear.Variants.All.Select(variant => variant.Name),
                                Pooling pooling => pooling.Variants.All.Select(variant => variant.Name),
                                _ => [],
                            },
                        ];
                        string key =
                            $"{op.GetType().Name} {op.Attributes}, on {input}, batch {batch}, {(options.Fp16 ? 16 : 32)} bits";
                        if (variants.Length == 0 || !seen.Add(key))
                            continue;
                        string? chosen = PlanOf(op, input, options).Launches.Select(launch => launch.Variant)
                            .FirstOrDefault(variant => variant is not null);
                        foreach (string variant in variants)
                            Measure(check, op, input, options, variant, variant == chosen, key);
                        if (check.IsOver)
                            return;
                    }
                }
    }

    private static ExecutionPlan PlanOf(Operator op, TensorShape input, PlanOptions options) => ExecutionPlan.Create(
        new ModelGraph("variant", input, [new Layer("0", op)]),
        name => throw new InvalidOperationException(name), options);

    private static void Measure(
        Check check, Operator op, TensorShape input, PlanOptions options, string variant, bool isChosen, string key)
    {
        options = options with { Variants = new VariantChoice(variant) };
        var seen = new HashSet<string>();
        // Products of matrices divide their sums until there are enough workgroups for so many units. 0 is a guess.
        foreach (int units in (int[])[options.Device.Units, 1, 16, 64, 256])
        {
            PlanOptions own = options with { Device = options.Device with { Units = units } };
            ExecutionPlan plan = PlanOf(op, input, own);
            string groups = string.Join(' ', plan.Launches.Select(
                launch => $"{launch.Groups.X}x{launch.Groups.Y}x{launch.Groups.Z}"));
            // A variant that does not take the layer leaves it to another.
            if (check.IsOver || !plan.Launches.Any(launch => launch.Variant == variant) || !seen.Add(groups))
                continue;
            TimeSpan spent = TimeSpan.FromTicks(1);
            double? time = VariantTuner.Measure(check.Device.Vulkan, op, input, own, ref spent);
            double products = plan.Launches.Sum(launch => launch.MultiplyAdds);
            check.Rows.Add(
                "variants", key, ("variant", variant),
                ("chosen", isChosen && seen.Count == 1 ? true : null),
                ("ms", time is null ? null : Math.Round(time.Value, 4)),
                ("GFLOP/s", time is null || op is Pooling ? null : Math.Round(2 * products / time.Value / 1e6, 1)),
                ("groups", groups));
        }
    }
}
