using SoftPool.Kernels;

namespace SoftPool.Vulkan;

/// <summary>The pipelines of a device by kernel and specialization: two sessions that launch the same share one. A
/// pipeline is kept while a session uses it.</summary>
internal sealed class PipelineStore(VulkanDevice device)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (ComputePipeline Pipeline, int Users)> _pipelines = [];
    private readonly Dictionary<string, KernelAccess> _accesses = [];

    /// <summary>The pipeline of a launch, compiled unless there is one; to be given back.</summary>
    public Lease Take(KernelLaunch dispatch)
    {
        string key = $"{dispatch.Kernel}({string.Join(',', dispatch.Constants)})";
        lock (_lock)
        {
            (ComputePipeline pipeline, int users) = _pipelines.TryGetValue(key, out var entry)
                ? entry
                : (new ComputePipeline(device, dispatch, device.KernelCode?.Invoke(dispatch)), 0);
            _pipelines[key] = (pipeline, users + 1);
            return new Lease(this, key, pipeline);
        }
    }

    /// <summary>What the kernel of a launch does to its operands.</summary>
    public KernelAccess AccessOf(KernelLaunch dispatch)
    {
        lock (_lock)
        {
            if (!_accesses.TryGetValue(dispatch.Kernel, out KernelAccess access))
                _accesses.Add(
                    dispatch.Kernel, access = KernelSignature.Of(EmbeddedShaders.Load(dispatch.Kernel)).Access);
            return access;
        }
    }

    private void GiveBack(string key)
    {
        lock (_lock)
        {
            (ComputePipeline pipeline, int users) = _pipelines[key];
            if (users > 1)
            {
                _pipelines[key] = (pipeline, users - 1);
                return;
            }
            _pipelines.Remove(key);
            pipeline.Dispose();
        }
    }

    /// <summary>A pipeline in use.</summary>
    public sealed class Lease(PipelineStore store, string key, ComputePipeline pipeline) : IDisposable
    {
        public ComputePipeline Pipeline => pipeline;

        public void Dispose() => store.GiveBack(key);
    }
}
