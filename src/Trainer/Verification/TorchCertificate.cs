using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Training;
using SoftPool.Verification;
using TorchSharp;

namespace SoftPool.Trainer.Verification;

/// <summary>Makes a model's certificate: what torch computes with it, on CUDA where that is available, in plain
/// fp32.</summary>
internal static class TorchCertificate
{
    private const int MostPictures = 4, Seeds = 2, SeedsAlone = 4;

    /// <summary>Of all pictures together: two thirds of a certificate are for what comes out of them.</summary>
    private const int PictureBytes = 450_000;

    /// <summary>Of so many for each that is taken, those whose answer is clearest. Which class is the largest shall not
    /// turn on the last bit: that would say nothing of a device.</summary>
    private const int Candidates = 4;

    /// <param name="model">The network and its weights.</param>
    /// <param name="pictures">Where pictures are taken from, if there are any.</param>
    /// <param name="type">What torch computes in. In double its own roundings take no part, which leaves a device all
    /// of the gates: networks that were not made here amplify roundings more than ours.</param>
    /// <returns>The model under its certificate.</returns>
    /// <exception cref="ModelFormatException">The certificate would take too much.</exception>
    /// <exception cref="UserErrorException">A layer gives NaN or infinity.</exception>
    public static Model AddTo(Model model, ImageSet? pictures, torch.ScalarType type = torch.ScalarType.Float32)
    {
        torch.Device device = TorchDevice.Best;
        using TorchNetwork single = Network(model, device, torch.ScalarType.Float32),
            wide = Network(model, device, torch.ScalarType.Float64);
        bool isWide = type == torch.ScalarType.Float64;
        TorchNetwork network = isWide ? wide : single, other = isWide ? single : wide;

        CertificateInput[] clearest = [.. Clearest(model, single, device, CandidatePictures(model, pictures))];
        int seeds = clearest.Length > 0 ? Seeds : SeedsAlone;
        CertificateInput[] inputs =
        [
            .. clearest,
            .. Clearest(model, single, device,
                [.. Enumerable.Range(1, Candidates * seeds).Select(seed => new CertificateInput(Seed: seed))]),
        ];
        DateTimeOffset now = DateTimeOffset.UtcNow;
        var builder = new CertificateBuilder(model, inputs);
        foreach (CertificateInput input in inputs)
        {
            var otherwise = new Queue<float[]>();
            Infer(model, other, device, isWide ? torch.ScalarType.Float32 : torch.ScalarType.Float64, input,
                (_, output) => otherwise.Enqueue(Values(output)));
            int layer = 0;
            Infer(model, network, device, type, input, (name, output) =>
            {
                float[] values = Values(output);
                // No device could be compared with them: verify would fail everywhere.
                if (values.Any(value => !float.IsFinite(value)))
                    throw new UserErrorException(
                        $"{model.Graph.Name} cannot have a certificate, because layer {name} is the first whose values "
                        + "are not all finite numbers; --no-certificate leaves it out.");
                builder.Add(layer++, values, otherwise.Dequeue());
            });
        }
        return model.With(builder.Build(
            $"torch {torch.__version__} through "
            + $"TorchSharp{(isWide ? ", in double" : "")}", RunDescription.HardwareOf(
                device.type == DeviceType.CUDA), now.AddTicks(-now.Ticks % TimeSpan.TicksPerSecond)));
    }

    private static TorchNetwork Network(Model model, torch.Device device, torch.ScalarType type)
    {
        var network = new TorchNetwork(model.Graph);
        network.LoadWeights(model.Weights);
        network.to(device, type);
        return network;
    }

    /// <summary>A quarter of the candidates: those whose two largest outputs are furthest apart, in their order. In 32
    /// bits, which are several times as fast, and near enough to choose by.</summary>
    private static IEnumerable<CertificateInput> Clearest(
        Model model, TorchNetwork single, torch.Device device, CertificateInput[] candidates) =>
        candidates.Select((input, place) =>
            {
                float[] logits = [];
                Infer(model, single, device, torch.ScalarType.Float32, input, (layer, output) =>
                    logits = layer == model.Graph.Outputs[0].Layer ? Values(output) : logits);
                float[] largest = [.. logits.OrderDescending().Take(2)];
                return (input, place, Margin: (largest[0] - largest[^1]) / largest.Max(Math.Abs));
            })
            .OrderByDescending(candidate => candidate.Margin).Take(candidates.Length / Candidates)
            .OrderBy(candidate => candidate.place).Select(candidate => candidate.input);

    private static void Infer(
        Model model, TorchNetwork network, torch.Device device, torch.ScalarType type, CertificateInput input,
        Action<string, torch.Tensor> layerOutput)
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor[] tensors =
        [
            .. input.ToItems(model).Zip(model.Graph.Inputs, (item, of) =>
                torch.tensor(item.ToArray(), [1, .. of.Shape.Extents.ToArray()]).to(type, device)),
        ];
        network.Infer(tensors, layerOutput);
    }

    private static float[] Values(torch.Tensor tensor) =>
        tensor.to(torch.float32).cpu().contiguous().data<float>().ToArray();

    /// <summary>Pictures spread evenly over the set, four for each that there is room for.</summary>
    private static CertificateInput[] CandidatePictures(Model model, ImageSet? set)
    {
        if (set is null || model.Graph.Inputs is not [{ Shape: { Rank: 3 } shape }] || shape[0] != ImageSet.Channels)
            return [];
        long room = Math.Min(MostPictures, PictureBytes / ImageSet.BytesPerImage(set.Size));
        int count = (int)Math.Min(Candidates * room, set.Count);
        return [.. Enumerable.Range(0, count)
            .Select(i => new CertificateInput(Picture: Image(set, (int)((long)i * set.Count / count))))];
    }

    private static CertificatePicture Image(ImageSet set, int place)
    {
        ReadOnlySpan<byte> planar = set.Image(place);
        int plane = set.Size.Height * set.Size.Width;
        var rgb = new byte[planar.Length];
        for (int channel = 0; channel < ImageSet.Channels; channel++)
            for (int i = 0; i < plane; i++)
                rgb[i * ImageSet.Channels + channel] = planar[channel * plane + i];
        return new CertificatePicture(set.Size.Width, set.Size.Height, rgb);
    }
}
