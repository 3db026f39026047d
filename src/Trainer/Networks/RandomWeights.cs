using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>
/// A model that nobody trained, for parity and speed: convolutions and linear layers normal with variance 2 / fan-in
/// (He et al. 2015), or 1 / fan-in where they read what no activation has halved, so that activations with a ceiling
/// are not all at it; batch norms with statistics, scales and shifts around those of a trained one.
/// </summary>
internal static class RandomWeights
{
    /// <param name="graph">The network.</param>
    /// <param name="classes">The name of each output; empty if they have none.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <param name="preprocessing">What the model says of its pictures; ImageNet's unless given.</param>
    public static Model Create(
        ModelGraph graph, IReadOnlyList<string> classes, int seed, Preprocessing? preprocessing = null)
    {
        var random = new Random(seed);
        HashSet<string> unhalved =
            [.. Enumerable.Range(0, graph.Layers.Count).Where(ReadsUnhalved).Select(i => graph.Layers[i].Name)];
        return new Model(
            graph,
            graph.Parameters.ToDictionary(
                parameter => parameter.Name,
                parameter => new Tensor(
                    parameter.Shape, Draw(parameter, unhalved.Contains(LayerOf(parameter)) ? 1 : 2, random))),
            classes, preprocessing ?? Preprocessing.ImageNet);

        bool ReadsUnhalved(int layer) =>
            graph.InputsOf(layer)[0] is >= 0 and var input && graph.Layers[input].Operator is BatchNorm2d or Add;
    }

    private static string LayerOf(Parameter parameter) => parameter.Name[..parameter.Name.LastIndexOf('.')];

    private static float[] Draw(Parameter parameter, double gain, Random random)
    {
        TensorShape shape = parameter.Shape;
        bool isFilter = shape.Rank > 1;
        string name = parameter.Name[(parameter.Name.LastIndexOf('.') + 1)..];
        (double mean, double deviation) = name switch
        {
            "weight" when isFilter => (0, Math.Sqrt(gain * shape[0] / shape.ElementCount)),
            "weight" or "running_var" => (1, 0.1),
            _ => (0, 0.1),
        };
        var values = new float[shape.ElementCount];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(mean + deviation * Normal(random));
        return values;
    }

    /// <summary>By Box and Muller (1958), within 5 deviations, so that no variance is negative.</summary>
    private static double Normal(Random random) => Math.Clamp(
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()), -5, 5);
}
