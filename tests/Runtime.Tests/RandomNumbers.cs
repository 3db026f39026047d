using SoftPool.Operators;

namespace SoftPool.Tests;

/// <summary>Seeded numbers for inputs and weights.</summary>
internal static class RandomNumbers
{
    /// <summary>In [-1, 1).</summary>
    public static float[] Uniform(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];

    /// <summary>Normal with mean 0.</summary>
    public static float[] Normal(Random random, int count, double deviation) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(deviation
            * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];

    /// <summary>For a parameter, in [-1, 1); a variance is positive.</summary>
    public static float[] Weights(Random random, Parameter parameter)
    {
        float[] numbers = Uniform(random, parameter.Shape.ElementCount);
        return parameter.Name.EndsWith("running_var", StringComparison.Ordinal)
            ? [.. numbers.Select(number => 1 + 0.9f * number)]
            : numbers;
    }
}
