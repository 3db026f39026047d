namespace SoftPool.Verification;

/// <summary>Runs a network under strict numerics on a device, fused and not, and in the reference, and compares every
/// bit of every layer.</summary>
internal sealed class StrictComparison : IDisposable
{
    private readonly Model _model;
    private readonly InferenceSession[] _sessions;

    /// <param name="model">The network and its weights.</param>
    /// <param name="gpu">The device.</param>
    /// <param name="batch">The number of items that run at once.</param>
    public StrictComparison(Model model, GpuDevice gpu, int batch)
    {
        _model = model;
        Report = new StrictReport(model.Graph);
        InferenceSession fused = Create(fuse: true);
        try
        {
            _sessions = [fused, Create(fuse: false)];
        }
        catch
        {
            fused.Dispose();
            throw;
        }

        InferenceSession Create(bool fuse) => gpu.CreateSession(
            model, new SessionOptions { Batch = batch, KeepLayerOutputs = true, Fuse = fuse, Numerics = Numerics.Strict });
    }

    /// <summary>What has been compared so far.</summary>
    public StrictReport Report { get; }

    /// <summary>Compares one run.</summary>
    /// <param name="input">1 to the batch's number of items, (n, C, H, W).</param>
    public void Add(float[] input)
    {
        ModelGraph graph = _model.Graph;
        IReadOnlyList<float[]>[] expected =
        [
            .. input.Chunk(graph.InputShape.ElementCount).AsParallel().AsOrdered().Select(item => ReferenceNetwork.RunStrict(_model, item)),
        ];
        foreach (InferenceSession session in _sessions)
        {
            var output = new float[expected.Length * graph.OutputShape.ElementCount];
            session.Run(input, output);
            Report.Outputs.Add(Joined(expected, graph.Layers.Count - 1), output);
            HashSet<string> kept = [.. session.KeptLayers];
            for (int i = 0; i < graph.Layers.Count; i++)
                if (kept.Contains(graph.Layers[i].Name))
                {
                    var actual = new float[expected.Length * graph.OutputShapeOf(i).ElementCount];
                    session.ReadLayer(graph.Layers[i].Name, actual);
                    Report.AddLayer(graph.Layers[i].Name, Joined(expected, i), actual);
                }
        }
        Report.Items += expected.Length;
    }

    public void Dispose()
    {
        foreach (InferenceSession session in _sessions)
            session.Dispose();
    }

    private static float[] Joined(IReadOnlyList<float[]>[] items, int layer) => [.. items.SelectMany(layers => layers[layer])];
}
