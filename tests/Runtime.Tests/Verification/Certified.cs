using SoftPool.Operators;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests.Verification;

/// <summary>Models under certificates of what the reference computes, in torch's place.</summary>
internal static class Certified
{
    /// <summary>Two layers on an input of 1x2x2, a file of some 3 KB.</summary>
    public static ModelGraph Tiny { get; } =
        new("tiny", new TensorShape(1, 2, 2), [new("flatten", new Flatten()), new("linear", new Linear(4, 2))]);

    /// <summary>A network that takes pictures.</summary>
    public static ModelGraph OfPictures { get; } = new("pictures", new TensorShape(3, 9, 7),
    [
        new("conv", new Conv2d(3, 8, 3, 1, 1)), new("norm", new BatchNorm2d(8)), new("relu", new ReLU()),
        new("soft", new SoftPool2d(2, 2, 0, false, SoftPoolWeighting.PerChannel)), new("flat", new Flatten()),
        new("linear", new Linear(96, 5)),
    ]);

    /// <summary>With seeded weights and a certificate over two seeds, and a picture where the network takes
    /// one.</summary>
    public static Model Of(ModelGraph graph) => Add(TestModels.WithWeights(graph), InputsFor(graph));

    public static CertificateInput[] InputsFor(ModelGraph graph)
    {
        CertificateInput[] seeds = [new(Seed: 1), new(Seed: 2)];
        if (graph.Inputs is not [{ Shape: { Rank: 3 } shape }] || shape[0] != 3)
            return seeds;
        var rgb = new byte[5 * 4 * 3];
        new Random(1).NextBytes(rgb);
        return [new CertificateInput(Picture: new CertificatePicture(5, 4, rgb)), .. seeds];
    }

    /// <param name="model">The model.</param>
    /// <param name="inputs">What the certificate is over.</param>
    /// <param name="change">Changes the outputs of a layer, by its name, before they are kept.</param>
    public static Model Add(Model model, CertificateInput[] inputs, Action<string, float[]>? change = null)
    {
        var builder = new CertificateBuilder(model, inputs);
        foreach (CertificateInput input in inputs)
        {
            IReadOnlyList<float[]> outputs = ReferenceNetwork.Run(model, input.ToItems(model));
            for (int layer = 0; layer < outputs.Count; layer++)
            {
                float[] output = [.. outputs[layer]];
                change?.Invoke(model.Graph.Layers[layer].Name, output);
                builder.Add(layer, output);
            }
        }
        return model.With(builder.Build("the reference", "C#", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)));
    }

    /// <summary>The model with other weights under its old certificate.</summary>
    public static Model WithWeight(Model model, string name, Action<float[]> change)
    {
        float[] values = model.Weights[name].Data.ToArray();
        change(values);
        var weights = new Dictionary<string, Tensor>(model.Weights)
        {
            [name] = new Tensor(model.Weights[name].Shape, values),
        };
        return new Model(model.Graph, weights, model.ClassNames, model.Preprocessing)
            .With(model.Certificate!, model.Texts);
    }
}
