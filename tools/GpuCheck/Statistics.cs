using System.Text.Json.Nodes;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.GpuCheck;

/// <summary>What the driver's compiler makes of the networks' kernels.</summary>
internal static class Statistics
{
    public static void Run(Check check)
    {
        if (!check.Device.Vulkan.Physical.Extensions.Contains(PipelineStatistics.Extension))
        {
            check.Rows.Add("statistics", $"the driver does not have {PipelineStatistics.Extension}");
            return;
        }
        using GpuDevice inspecting = GpuDevice.Create(
            check.Selector, new GpuDeviceOptions { PipelineCacheFolder = "", InspectPipelines = true });
        VulkanDevice device = inspecting.Vulkan;
        var seen = new HashSet<string>();
        foreach ((Model model, _) in check.Models)
            foreach (SessionOptions options in check.Precisions)
            {
                PlanOptions plan =
                    PlanOptions.Of(options, device.Traits, device.Physical.LargestOperand);
                foreach (KernelLaunch launch in ExecutionPlan.Create(model, plan).Launches)
                {
                    if (check.IsOver)
                        return;
                    if (!seen.Add($"{launch.Kernel} {string.Join(',', launch.Constants)}"))
                        continue;
                    using PipelineStore.Lease lease = device.Pipelines.Take(launch);
                    PipelineStatistics statistics = lease.Pipeline.Statistics();
                    check.Rows.Add(
                        "statistics", $"{model.Graph.Name} {launch.Layer} {launch.Kernel}",
                        [
                            ("subgroup", statistics.SubgroupSize),
                            .. statistics.Values.Select(pair => (pair.Key, (JsonNode?)pair.Value)),
                        ]);
                }
            }
    }
}
