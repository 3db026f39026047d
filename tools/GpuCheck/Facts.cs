using System.Reflection;
using System.Text.Json.Nodes;
using Silk.NET.Vulkan;
using SoftPool.Kernels;
using SoftPool.Vulkan;
using MemoryType = SoftPool.Vulkan.MemoryType;

namespace SoftPool.GpuCheck;

/// <summary>What driver and system say.</summary>
internal static class Facts
{
    public static void Run(Check check)
    {
        foreach (GpuDeviceInfo info in GpuDevice.Enumerate())
            check.Rows.Add(
                "facts", $"device {info.Index}", ("name", info.Name), ("kind", $"{info.Kind}"), ("driver", info.Driver),
                ("Vulkan", $"{info.ApiVersion}"), ("value", info.Unsupported ?? "supported"));
        VulkanPhysicalDevice physical = check.Device.Vulkan.Physical;
        Fact("checked", check.Device.Info.Name);
        Fact("system", $"{Environment.OSVersion}, {Environment.ProcessorCount} processors");
        foreach (PropertyInfo trait in typeof(DeviceTraits).GetProperties().Where(trait => trait.CanWrite))
            Fact(trait.Name, $"{trait.GetValue(check.Device.Vulkan.Traits)}");
        Fact("queue family", check.Device.Vulkan.QueueFamily);
        for (int i = 0; i < physical.QueueFamilies.Count; i++)
            Fact(
                $"queue family {i}",
                $"{physical.QueueFamilies[i].QueueFlags}, {physical.QueueFamilies[i].QueueCount} queues, "
                + $"{physical.QueueFamilies[i].TimestampValidBits} bits of clock");
        foreach (MemoryType type in physical.Memory.All)
            Fact(
                $"memory {type.Index}",
                $"{type.Flags}, heap {type.Heap}"
                + (physical.RoomIn(type.Heap) is long room ? $", {room} bytes granted" : ""));
        PhysicalDeviceLimits limits = physical.Limits;
        Fact("largest heap of its own", check.Device.Info.MemoryBytes);
        Fact("maxStorageBufferRange", limits.MaxStorageBufferRange);
        Fact("maxMemoryAllocationSize", physical.LargestAllocation);
        Fact("maxBufferSize", physical.LargestBuffer);
        Fact("maxComputeWorkGroupCount", $"{physical.MostGroups}");
        Fact("maxComputeSharedMemorySize", limits.MaxComputeSharedMemorySize);
        Fact("minStorageBufferOffsetAlignment", limits.MinStorageBufferOffsetAlignment);
        Fact("timestampPeriod in ns", limits.TimestampPeriod);
        Fact("requirable subgroup", physical.RequirableSubgroup);
        Fact("extensions", string.Join(' ', physical.Extensions.Order(StringComparer.Ordinal)));
        foreach ((string tool, string arguments) in ((string, string)[])
            [("nvidia-smi", "-q -d CLOCK,POWER,PERFORMANCE"), ("uname", "-a"), ("lscpu", "")])
            Fact(tool, Clocks.Output(tool, arguments));
        Fact("clocks at rest", Clocks.Read());

        void Fact(string what, JsonNode? value) => check.Rows.Add("facts", what, ("value", value));
    }
}
