using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>
/// A model that nobody trained, for parity and speed: convolutions and linear layers normal with variance 2 / fan-in (He et
/// al. 2015), batch norms with statistics, scales and shifts around those of a trained one.
/// </summary>
internal static class RandomWeights
{
    /// <param name="graph">The network.</param>
    /// <param name="classes">The name of each output; empty if they have none.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <param name="preprocessing">What the model says of its pictures; ImageNet's unless given.</param>
    public static Model Create(ModelGraph graph, IReadOnlyList<string> classes, int seed, Preprocessing? preprocessing = null)
    {
        var random = new Random(seed);
        return new Model(
            graph,
            graph.Parameters.ToDictionary(
                parameter => parameter.Name, parameter => new Tensor(parameter.Shape, Draw(parameter, random))),
            classes, preprocessing ?? Preprocessing.ImageNet);
    }

    private static float[] Draw(Parameter parameter, Random random)
    {
        TensorShape shape = parameter.Shape;
        bool isFilter = shape.Rank > 1;
        string name = parameter.Name[(parameter.Name.LastIndexOf('.') + 1)..];
        (double mean, double deviation) = name switch
        {
            "weight" when isFilter => (0, Math.Sqrt(2.0 * shape[0] / shape.Count)),
            "weight" or "running_var" => (1, 0.1),
            _ => (0, 0.1),
        };
        var values = new float[shape.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(mean + deviation * Normal(random));
        return values;
    }

    /// <summary>By Box and Muller (1958), within 5 deviations, so that no variance is negative.</summary>
    private static double Normal(Random random) => Math.Clamp(
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()), -5, 5);
}
