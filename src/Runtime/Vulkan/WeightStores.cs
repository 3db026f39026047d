namespace SoftPool.Vulkan;

/// <summary>The weights that a device holds, by model. They are freed with the model's last session.</summary>
internal sealed class WeightStores
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Model, (WeightStore Store, int Users)> _stores = [];

    /// <summary>The weights of a model on a device; to be given back.</summary>
    public Lease Take(VulkanDevice device, Model model)
    {
        lock (_lock)
        {
            (WeightStore store, int users) = _stores.TryGetValue(model, out var entry)
                ? entry
                : (new WeightStore(device), 0);
            _stores[model] = (store, users + 1);
            return new Lease(this, model, store);
        }
    }

    private void GiveBack(Model model)
    {
        lock (_lock)
        {
            (WeightStore store, int users) = _stores[model];
            if (users > 1)
            {
                _stores[model] = (store, users - 1);
                return;
            }
            _stores.Remove(model);
            store.Dispose();
        }
    }

    /// <summary>Weights in use.</summary>
    public sealed class Lease(WeightStores stores, Model model, WeightStore store) : IDisposable
    {
        public WeightStore Store => store;

        public void Dispose() => stores.GiveBack(model);
    }
}
