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
            model,
            new SessionOptions { Batch = batch, KeepLayerOutputs = true, Fuse = fuse, Numerics = Numerics.Strict });
    }

    /// <summary>What has been compared so far.</summary>
    public StrictReport Report { get; }

    /// <summary>Compares one run.</summary>
    /// <param name="inputs">1 to the batch's number of items of each of the network's inputs, (n, C, H, W).</param>
    public void Add(params ReadOnlyMemory<float>[] inputs)
    {
        ModelGraph graph = _model.Graph;
        int items = inputs[0].Length / graph.Inputs[0].Shape.ElementCount;
        IReadOnlyList<float[]>[] expected =
        [
            .. Enumerable.Range(0, items).AsParallel().AsOrdered()
                .Select(item => ReferenceNetwork.RunStrict(_model, ItemOf(item))),
        ];
        foreach (InferenceSession session in _sessions)
        {
            float[][] outputs = [.. graph.Outputs.Select(output => new float[items * output.Shape.ElementCount])];
            session.Run(inputs, [.. outputs.Select(output => output.AsMemory())]);
            for (int i = 0; i < outputs.Length; i++)
                Report.Outputs.Add(Joined(expected, graph.OutputLayers[i]), outputs[i]);
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

        ReadOnlyMemory<float>[] ItemOf(int item) =>
        [
            .. inputs.Zip(graph.Inputs, (all, input) =>
                all.Slice(item * input.Shape.ElementCount, input.Shape.ElementCount)),
        ];
    }

    public void Dispose()
    {
        foreach (InferenceSession session in _sessions)
            session.Dispose();
    }

    private static float[] Joined(IReadOnlyList<float[]>[] items, int layer) =>
        [.. items.SelectMany(layers => layers[layer])];
}
