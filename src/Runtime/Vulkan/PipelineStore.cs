using SoftPool.Kernels;

namespace SoftPool.Vulkan;

/// <summary>The pipelines of a device by kernel and specialization: two sessions that launch the same share one. A
/// pipeline is kept while a session uses it.</summary>
internal sealed class PipelineStore(VulkanDevice device)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (ComputePipeline Pipeline, int Users)> _pipelines = [];
    private readonly Dictionary<string, KernelAccess> _accesses = [];

    /// <summary>How many are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _pipelines.Count;
        }
    }

    /// <summary>Compiles the pipelines of launches side by side, as far as they are not there. What fails is passed
    /// over: it fails again, and says so, where it is taken.</summary>
    /// <param name="dispatches">The launches.</param>
    /// <param name="kept">Keeps them until it is disposed.</param>
    public void Compile(IReadOnlyList<KernelLaunch> dispatches, Ownership kept)
    {
        KernelLaunch[] missing;
        lock (_lock)
            missing =
            [
                .. dispatches.Where(dispatch => !_pipelines.ContainsKey(KeyOf(dispatch))).DistinctBy(KeyOf),
            ];
        // A failure that a test injects is for its own thread.
        if (missing.Length < 2 || VulkanResult.Injected is not null)
            return;
        var leases = new Lease?[missing.Length];
        Parallel.For(0, missing.Length, i =>
        {
            try
            {
                leases[i] = Take(missing[i]);
            }
            catch (SoftPoolException)
            {
            }
        });
        foreach (Lease? lease in leases)
            if (lease is not null)
                kept.Take(lease);
    }

    /// <summary>The pipeline of a launch, compiled unless there is one; to be given back.</summary>
    public Lease Take(KernelLaunch dispatch)
    {
        string key = KeyOf(dispatch);
        if (Find(key) is { } found)
            return found;
        // Drivers compile several at once. Two threads may compile the same one: then the first is kept.
        var made = new ComputePipeline(device, dispatch, device.KernelCode?.Invoke(dispatch));
        lock (_lock)
            if (_pipelines.TryAdd(key, (made, 1)))
                return new Lease(this, key, made);
        made.Dispose();
        return Find(key) ?? Take(dispatch);
    }

    private Lease? Find(string key)
    {
        lock (_lock)
        {
            if (!_pipelines.TryGetValue(key, out var entry))
                return null;
            _pipelines[key] = (entry.Pipeline, entry.Users + 1);
            return new Lease(this, key, entry.Pipeline);
        }
    }

    private static string KeyOf(KernelLaunch dispatch) => $"{dispatch.Kernel}({string.Join(',', dispatch.Constants)})";

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
