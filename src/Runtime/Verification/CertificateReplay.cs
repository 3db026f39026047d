namespace SoftPool.Verification;

/// <summary>
/// Holds a session to its model's certificate. The outputs are the session's own. Its layers are those of a session
/// made like it that keeps them, and, for the values that fusion never stores, of one without fusion.
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
            NotPromised = session.NotPromised,
        };
        AddLayers(report, session, model, create);

        float[][] outputs = Outputs(session, model);
        CertificateOutputs[] expected =
            [.. outputs.Select((_, output) => new CertificateOutputs(document, model.Graph, output))];
        for (int output = 0; output < outputs.Length; output++)
            AddOutput(report, output, expected[output], outputs[output], model);
        AddPictures(report, expected, session, model);
        return report;
    }

    private static void AddOutput(
        ParityReport report, int output, CertificateOutputs expected, float[] logits, Model model)
    {
        (string _, string layer, TensorShape shape) = model.Graph.Outputs[output];
        var digest = new LayerDigest(logits.Length, 1);
        digest.Add(logits);
        report.AddOutputStatistics(output, new StatisticsComparison(
            model.Certificate!.Document.Layers[model.Graph.OutputLayers[output]].ToStatistics(), digest.Statistics,
            digest.Count));
        for (int input = 0; input < model.Certificate.Inputs; input++)
        {
            ReadOnlySpan<float> values = logits.AsSpan(input * shape.ElementCount, shape.ElementCount);
            report.AddLayer(layer, expected.Of(input), expected.Of(input, values));
            if (output == 0)
                report.AddOutput(expected.LargestOf(input), values);
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
        foreach ((int count, ReadOnlyMemory<float>[] inputs) in Inputs(model, options.Batch))
        {
            Memory<float>[] outputs =
                [.. model.Graph.Outputs.Select(output => new float[count * output.Shape.ElementCount])];
            fused.Run(inputs, outputs);
            unfused?.Run(inputs, outputs);
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

    /// <summary>The session's own outputs, each for all inputs of its model's certificate.</summary>
    public static float[][] Outputs(InferenceSession session, Model model)
    {
        int[] lengths = [.. model.Graph.Outputs.Select(output => output.Shape.ElementCount)];
        float[][] outputs = [.. lengths.Select(length => new float[model.Certificate!.Inputs * length])];
        int done = 0;
        foreach ((int count, ReadOnlyMemory<float>[] inputs) in Inputs(model, session.Options.Batch))
        {
            session.Run(
                inputs,
                [.. outputs.Zip(lengths, (output, length) => output.AsMemory(done * length, count * length))]);
            done += count;
        }
        return outputs;
    }

    private static void AddPictures(
        ParityReport report, CertificateOutputs[] expected, InferenceSession session, Model model)
    {
        CertificateDocument document = model.Certificate!.Document;
        int[] lengths = [.. model.Graph.Outputs.Select(output => output.Shape.ElementCount)];
        foreach (int[] places in Enumerable.Range(0, document.Inputs.Count)
            .Where(place => document.Inputs[place].Picture is not null).Chunk(session.Options.Batch))
        {
            float[][] outputs = [.. lengths.Select(length => new float[places.Length * length])];
            session.Run(
                [
                    .. places.Select(place => document.Inputs[place].Picture!)
                        .Select(picture => new Image(picture.Rgb, picture.Width, picture.Height)),
                ],
                [.. outputs.Select(output => output.AsMemory())]);
            for (int output = 0; output < outputs.Length; output++)
                for (int i = 0; i < places.Length; i++)
                    report.AddPictures(
                        output, expected[output].Of(places[i]),
                        expected[output].Of(
                            places[i], outputs[output].AsSpan(i * lengths[output], lengths[output])));
        }
    }

    /// <summary>The certificate's inputs as the network takes them, at most a batch at a time: the number of items n,
    /// and each input of the network, (n, C, H, W).</summary>
    private static IEnumerable<(int Count, ReadOnlyMemory<float>[] Inputs)> Inputs(Model model, int batch)
    {
        foreach (CertificateInput[] some in model.Certificate!.Document.Inputs.Chunk(batch))
        {
            ReadOnlyMemory<float>[][] items = [.. some.Select(input => input.ToItems(model))];
            yield return (
                some.Length,
                [
                    .. Enumerable.Range(0, model.Graph.Inputs.Count).Select(
                        input => items.SelectMany(item => item[input].ToArray()).ToArray()),
                ]);
        }
    }
}
