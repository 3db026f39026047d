namespace SoftPool.Verification;

/// <summary>
/// Holds a session to its model's certificate. The logits are the session's own. Its layers are those of a session made
/// like it that keeps them, and, for the values that fusion never stores, of one without fusion.
/// </summary>
internal static class CertificateReplay
{
    /// <param name="session">The session.</param>
    /// <param name="model">Its model, with a certificate.</param>
    /// <param name="create">Makes another session of the model on the same device.</param>
    public static ParityReport Run(InferenceSession session, Model model, Func<SessionOptions, InferenceSession> create)
    {
        Certificate certificate = model.Certificate!;
        CertificateDocument document = certificate.Document;
        Tolerances tolerances = session.Options.Fp16
            ? Tolerances.Fp16.And(document.Fp16)
            : Tolerances.Fp32.And(document.Fp32);
        var report = new ParityReport(
            model.Graph, tolerances, certificate, CertificateHashes.ChangesOf(model, certificate))
        {
            Device = session.Device,
            Options = session.Options,
        };
        AddLayers(report, session, model, create);

        var expected = new CertificateOutputs(document, model.Graph);
        AddOutputs(report, expected, Logits(session, model), model);
        if (report.Pictures is { } pictures)
            AddPictures(pictures, expected, session, model);
        return report;
    }

    private static void AddOutputs(ParityReport report, CertificateOutputs expected, float[] logits, Model model)
    {
        int classes = model.Graph.OutputShape.ElementCount;
        string layer = model.Graph.Layers[^1].Name;
        var digest = new LayerDigest(logits.Length, 1);
        digest.Add(logits);
        report.AddOutputStatistics(new StatisticsComparison(
            model.Certificate!.Document.Layers[^1].ToStatistics(), digest.Statistics, digest.Count));
        for (int input = 0; input < model.Certificate.Inputs; input++)
        {
            ReadOnlySpan<float> output = logits.AsSpan(input * classes, classes);
            report.AddLayer(layer, expected.Of(input), expected.Of(input, output));
            report.AddOutput(expected.LargestOf(input), output);
        }
    }

    private static void AddLayers(
        ParityReport report, InferenceSession session, Model model, Func<SessionOptions, InferenceSession> create)
    {
        IReadOnlyList<CertificateLayer> expected = model.Certificate!.Document.Layers;
        int items = model.Certificate.Inputs;
        SessionOptions options = session.Options with
        {
            KeepLayerOutputs = true,
            MaxConcurrentRuns = 1,
            Batch = Math.Min(session.Options.Batch, items),
            Tune = false,
        };
        var digests = new LayerDigest[expected.Count];
        for (int i = 0; i < digests.Length; i++)
            digests[i] = new LayerDigest(
                (long)items * model.Graph.OutputShapeOf(i).ElementCount, expected[i].SampledValues().Length);
        using InferenceSession fused = create(options);
        HashSet<string> inFused = [.. fused.KeptLayers];
        using InferenceSession? unfused = inFused.Count < digests.Length ? create(options with { Fuse = false }) : null;
        foreach (float[] inputs in Inputs(model, options.Batch))
        {
            int count = inputs.Length / model.Graph.InputShape.ElementCount;
            var logits = new float[count * model.Graph.OutputShape.ElementCount];
            fused.Run(inputs, logits);
            unfused?.Run(inputs, logits);
            for (int i = 0; i < digests.Length; i++)
            {
                var values = new float[count * model.Graph.OutputShapeOf(i).ElementCount];
                string layer = model.Graph.Layers[i].Name;
                (inFused.Contains(layer) ? fused : unfused!).ReadLayer(layer, values);
                digests[i].Add(values);
            }
        }
        for (int i = 0; i < digests.Length; i++)
        {
            string layer = model.Graph.Layers[i].Name;
            report.AddLayer(layer, expected[i].SampledValues(), digests[i].Samples);
            report.AddStatistics(
                layer, new StatisticsComparison(expected[i].ToStatistics(), digests[i].Statistics, digests[i].Count));
        }
    }

    /// <summary>The session's own outputs for all inputs of its model's certificate.</summary>
    public static float[] Logits(InferenceSession session, Model model)
    {
        int classes = model.Graph.OutputShape.ElementCount, done = 0;
        var logits = new float[model.Certificate!.Inputs * classes];
        foreach (float[] inputs in Inputs(model, session.Options.Batch))
        {
            Span<float> output = logits.AsSpan(done, inputs.Length / model.Graph.InputShape.ElementCount * classes);
            session.Run(inputs, output);
            done += output.Length;
        }
        return logits;
    }

    private static void AddPictures(
        TensorComparison pictures, CertificateOutputs expected, InferenceSession session, Model model)
    {
        CertificateDocument document = model.Certificate!.Document;
        int classes = model.Graph.OutputShape.ElementCount;
        foreach (int[] places in Enumerable.Range(0, document.Inputs.Count)
            .Where(place => document.Inputs[place].Picture is not null).Chunk(session.Options.Batch))
        {
            var logits = new float[places.Length * classes];
            session.Run(
                [
                    .. places.Select(place => document.Inputs[place].Picture!)
                        .Select(picture => new Image(picture.Rgb, picture.Width, picture.Height)),
                ],
                logits);
            for (int i = 0; i < places.Length; i++)
                pictures.Add(
                    expected.Of(places[i]), expected.Of(places[i], logits.AsSpan(i * classes, classes)));
        }
    }

    /// <summary>The certificate's inputs as the network takes them, at most a batch at a time: (n, C, H, W).</summary>
    private static IEnumerable<float[]> Inputs(Model model, int batch)
    {
        int length = model.Graph.InputShape.ElementCount;
        foreach (CertificateInput[] some in model.Certificate!.Document.Inputs.Chunk(batch))
        {
            var inputs = new float[some.Length * length];
            for (int i = 0; i < some.Length; i++)
                some[i].Fill(model, inputs.AsSpan(i * length, length));
            yield return inputs;
        }
    }
}
