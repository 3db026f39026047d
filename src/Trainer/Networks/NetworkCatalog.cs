using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>The networks that can be trained, by name.</summary>
internal static class NetworkCatalog
{
    private static readonly Dictionary<string, Operator> Pools = new()
    {
        ["alexnet"] = new MaxPool2d(3, 2, 0, CeilMode: false),
        ["alexnet-softpool"] = new Operators.SoftPool2d(3, 2, 0, CeilMode: false, SoftPoolWeights.PerChannel),
        ["alexnet-softpool-shared"] =
            new Operators.SoftPool2d(3, 2, 0, CeilMode: false, SoftPoolWeights.SharedAcrossChannels),
    };

    /// <summary>The image size that the networks were designed for, in pixels.</summary>
    public static Size2d DefaultInputSize => 224;

    /// <summary>CIFAR-10's classes in the order of its labels.</summary>
    public static IReadOnlyList<string> Cifar10Classes { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>The names, in the order in which to show them.</summary>
    public static IReadOnlyCollection<string> Names => Pools.Keys;

    /// <summary>Writes a network down for images and classes of one's own.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="classes">The number of outputs.</param>
    /// <param name="inputSize">Height and width of the images in pixels; <see cref="DefaultInputSize"/> unless given.
    /// </param>
    /// <exception cref="UserErrorException">There is no network of that name; the message lists those there are.</exception>
    /// <exception cref="ShapeMismatchException">The images are too small, or there are no classes.</exception>
    public static ModelGraph Create(string name, int classes, Size2d? inputSize = null) =>
        Pools.TryGetValue(name, out Operator? pool)
            ? AlexNet.Create(name, pool, classes, inputSize ?? DefaultInputSize)
            : throw new UserErrorException($"There is no network '{name}'; there are {string.Join(", ", Names)}.");
}
