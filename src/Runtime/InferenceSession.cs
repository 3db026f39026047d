using SoftPool.Planning;
using SoftPool.Vulkan;

namespace SoftPool;

/// <summary>
/// A model ready to run on a device. Everything is made at creation; a run copies the input, submits one recorded
/// command buffer, waits, and copies the output. Runs of one session follow each other; a second thread waits.
/// </summary>
public sealed class InferenceSession : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ExecutionPlan _plan;
    private readonly DeviceProgram _program;
    private bool _disposed;

    internal InferenceSession(GpuDevice device, Model model, SessionOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        Device = device.Info;
        Graph = model.Graph;
        Options = options;
        _plan = ExecutionPlan.Create(
            model, options.Batch, options.Fuse, device.Vulkan.Physical.Limits.MaxStorageBufferRange);
        _program = new DeviceProgram(device.Vulkan, _plan, options.KeepLayerOutputs);
    }

    /// <summary>The device that it runs on.</summary>
    public GpuDeviceInfo Device { get; }

    /// <summary>The network that it runs.</summary>
    public ModelGraph Graph { get; }

    /// <summary>What it was created with.</summary>
    public SessionOptions Options { get; }

    /// <summary>The device memory that all activations share, in bytes.</summary>
    public long ActivationBytes => _program.ArenaBytes;

    /// <summary>The layers whose output <see cref="ReadLayer"/> gives, in order. Empty unless they are kept. A layer
    /// whose ReLU was fused into its kernel is not among them; the ReLU is.</summary>
    public IEnumerable<string> KeptLayers => Options.KeepLayerOutputs
        ? Graph.Layers.Select(layer => layer.Name).Where(_plan.LayerOutputs.ContainsKey)
        : [];

    /// <summary>Computes the network.</summary>
    /// <param name="input">n items of <see cref="ModelGraph.InputShape"/>, (n, C, H, W), n being 1 to the session's
    /// batch. A run takes as long for one item as for the whole batch.</param>
    /// <param name="output">Room for n items of <see cref="ModelGraph.OutputShape"/>, (n, classes).</param>
    /// <exception cref="ShapeMismatchException">A length does not fit.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        int items = ItemsIn(input.Length, Graph.InputShape, "input");
        if (output.Length != items * Graph.OutputShape.Count)
            throw new ShapeMismatchException(
                $"The output of {items} items has {items * Graph.OutputShape.Count} elements; got room for {output.Length}.");
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            input.CopyTo(_program.Input);
            _program.Run();
            _program.Output(_plan.Output)[..output.Length].CopyTo(output);
        }
    }

    /// <summary>Copies what a layer gave in the last run.</summary>
    /// <param name="layer">One of <see cref="KeptLayers"/>.</param>
    /// <param name="output">Room for n items of the layer's output shape, n being 1 to the session's batch.</param>
    /// <exception cref="ArgumentException">The layer's output is not kept.</exception>
    /// <exception cref="ShapeMismatchException">The length does not fit.</exception>
    public void ReadLayer(string layer, Span<float> output)
    {
        if (!KeptLayers.Contains(layer))
            throw new ArgumentException(
                $"The output of {layer} is not kept; kept are: {string.Join(", ", KeptLayers)}.", nameof(layer));
        int index = Graph.Layers.Select(item => item.Name).ToList().IndexOf(layer);
        ItemsIn(output.Length, Graph.OutputShapeOf(index), $"output of {layer}");
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _program.Output(_plan.LayerOutputs[layer])[..output.Length].CopyTo(output);
        }
    }

    /// <summary>Frees the session's device memory and pipelines.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_disposed)
                _program.Dispose();
            _disposed = true;
        }
    }

    private int ItemsIn(int length, TensorShape shape, string what)
    {
        int items = length / shape.Count;
        return items >= 1 && items <= Options.Batch && items * shape.Count == length
            ? items
            : throw new ShapeMismatchException(
                $"The {what} takes 1 to {Options.Batch} items of {shape}, {shape.Count} elements each; got {length} elements.");
    }
}
