using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Verification;
using SoftPool.Vulkan;

namespace SoftPool.GpuCheck;

/// <summary>Every kernel that a plan can have, against the reference.</summary>
internal static class SelfTests
{
    public static void Run(Check check)
    {
        VulkanDevice device = check.Device.Vulkan;
        SessionOptions[] precisions = [.. check.Precisions, new SessionOptions { Numerics = Numerics.Strict }];
        VariantChoice[] choices =
        [
            VariantChoice.Default, .. Conv2d.Variants.All.Select(variant => new VariantChoice(variant.Name)),
            .. Linear.Variants.All.Select(variant => new VariantChoice(variant.Name)),
            .. OperatorCases.All.SelectMany(row => row.Layers).Select(layer => layer.Operator).OfType<Pooling>()
                .SelectMany(pool => pool.Variants.All).Select(variant => variant.Name).Distinct()
                .Select(name => new VariantChoice(name)),
        ];
        var seen = new HashSet<string>();
        foreach (SessionOptions precision in precisions)
            foreach (VariantChoice choice in choices)
            {
                using var kept = new Ownership();
                PlanOptions options =
                    PlanOptions.Of(precision, device.Traits, device.Physical.LargestOperand) with
                    {
                        Variants = choice,
                        LargestIterations = LoopLimitProbe.LargestOn(device),
                    };
                foreach ((Model model, int batch) in SelfTestCases.All)
                    foreach (KernelLaunch launch in ExecutionPlan
                        .Create(model, options with { Batch = batch, Fuse = true }).Launches)
                    {
                        if (check.IsOver)
                            return;
                        if (!seen.Add(launch.JudgedAs))
                            continue;
                        string verdict = SelfTest.VerdictOn(
                            device, launch, options with { Variants = VariantChoice.Default }, kept);
                        check.Rows.Add("self-test", launch.JudgedAs, ("problem", verdict));
                    }
            }
    }
}
