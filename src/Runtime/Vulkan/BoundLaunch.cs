using Silk.NET.Vulkan;
using SoftPool.Kernels;

namespace SoftPool.Vulkan;

/// <summary>A launch ready to be recorded: the pipeline, the VkDescriptorSet with its buffers, the workgroups, and how
/// long it may take.</summary>
internal readonly record struct BoundLaunch(ComputePipeline Pipeline, DescriptorSet Set, GroupCount Groups, double Milliseconds);
