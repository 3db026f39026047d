namespace SoftPool.Trainer.Verification;

/// <summary>Every layer of a model on a device: of a session like a program's that keeps the output of each kernel, and
/// of one without fusion for the values that fusion never stores.</summary>
internal sealed class DeviceLayers : IDisposable
{
    private readonly Model _model;
    private readonly InferenceSession _fused, _unfused;
    private readonly HashSet<string> _inFused;

    /// <param name="model">The model.</param>
    /// <param name="gpu">The device.</param>
    /// <param name="options">How the model runs.</param>
    public DeviceLayers(Model model, GpuDevice gpu, SessionOptions options)
    {
        options = options with { KeepLayerOutputs = true, MaxConcurrentRuns = 1 };
        _model = model;
        _fused = gpu.CreateSession(model, options);
        try
        {
            _unfused = gpu.CreateSession(model, options with { Fuse = false });
        }
        catch
        {
            _fused.Dispose();
            throw;
        }
        _inFused = [.. _fused.KeptLayers];
    }

    /// <summary>A session's outputs for one item.</summary>
    public static float[][] Outputs(InferenceSession session, ModelGraph graph, float[][] items)
    {
        float[][] outputs = [.. graph.Outputs.Select(output => new float[output.Shape.ElementCount])];
        ReadOnlyMemory<float>[] inputs = [.. items];
        Memory<float>[] results = [.. outputs];
        session.Run(inputs, results);
        return outputs;
    }

    /// <summary>Computes one item.</summary>
    /// <param name="items">The inputs.</param>
    /// <param name="wanted">The layers to read back.</param>
    /// <param name="take">Takes each by its name.</param>
    public void Run(float[][] items, IEnumerable<string> wanted, Action<string, float[]> take)
    {
        Outputs(_fused, _model.Graph, items);
        Outputs(_unfused, _model.Graph, items);
        HashSet<string> names = [.. wanted];
        for (int i = 0; i < _model.Graph.Layers.Count; i++)
        {
            string layer = _model.Graph.Layers[i].Name;
            if (!names.Contains(layer))
                continue;
            var values = new float[_model.Graph.OutputShapeOf(i).ElementCount];
            (_inFused.Contains(layer) ? _fused : _unfused).ReadLayer(layer, values);
            take(layer, values);
        }
    }

    public void Dispose()
    {
        _fused.Dispose();
        _unfused.Dispose();
    }
}
