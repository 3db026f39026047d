using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>
/// The AlexNet of "One weird trick for parallelizing convolutional neural networks" (Krizhevsky 2014) at half width,
/// with a choice of pooling, and torchvision's form of the same paper's. Modules are numbered as in torchvision:
/// features.0 to 12, classifier.0 to 6.
/// </summary>
internal static class AlexNet
{
    private const int HiddenFeatures = 2048;

    /// <summary>The half-wide one.</summary>
    /// <param name="name">The network's name.</param>
    /// <param name="pool">What pools between the stages.</param>
    /// <param name="classes">The number of outputs.</param>
    /// <param name="inputSize">Height and width of the images in pixels.</param>
    /// <exception cref="ShapeMismatchException">The images are too small.</exception>
    public static ModelGraph Create(string name, Downsampling pool, int classes, Size2d inputSize)
    {
        Operator[] features =
        [
            new Conv2d(3, 48, 11, 4, 5), new ReLU(), pool.Max(3, 2),
            new Conv2d(48, 128, 5, 1, 2), new ReLU(), pool.Max(3, 2),
            new Conv2d(128, 192, 3, 1, 1), new ReLU(),
            new Conv2d(192, 192, 3, 1, 1), new ReLU(),
            new Conv2d(192, 128, 3, 1, 1), new ReLU(), pool.Max(3, 2),
        ];
        return Create(name, inputSize, features, flat =>
        [
            new Linear(flat, HiddenFeatures), new ReLU(), new Dropout(0.5),
            new Linear(HiddenFeatures, HiddenFeatures), new ReLU(), new Dropout(0.5),
            new Linear(HiddenFeatures, classes),
        ]);
    }

    /// <summary>torchvision's, which pools to 6x6 behind the features. Images of 224x224 give that by themselves; other
    /// sizes change the first linear layer.</summary>
    public static ModelGraph CreateTorchvisions(string name, Downsampling pool, int classes, Size2d inputSize)
    {
        const int Hidden = 4096;
        Operator[] features =
        [
            new Conv2d(3, 64, 11, 4, 2), new ReLU(), pool.Max(3, 2),
            new Conv2d(64, 192, 5, 1, 2), new ReLU(), pool.Max(3, 2),
            new Conv2d(192, 384, 3, 1, 1), new ReLU(),
            new Conv2d(384, 256, 3, 1, 1), new ReLU(),
            new Conv2d(256, 256, 3, 1, 1), new ReLU(), pool.Max(3, 2),
        ];
        return Create(name, inputSize, features, flat =>
        [
            new Dropout(0.5), new Linear(flat, Hidden), new ReLU(),
            new Dropout(0.5), new Linear(Hidden, Hidden), new ReLU(), new Linear(Hidden, classes),
        ]);
    }

    private static ModelGraph Create(
        string name, Size2d inputSize, Operator[] features, Func<int, Operator[]> classifier)
    {
        var graph = new GraphBuilder();
        for (int i = 0; i < features.Length; i++)
            graph.Add($"features.{i}", features[i]);
        graph.Add("flatten", new Flatten());
        // The first linear layer's width is what the images' size makes of it.
        Operator[] linear = classifier(graph.Build(name, inputSize).OutputShape.ElementCount);
        for (int i = 0; i < linear.Length; i++)
            graph.Add($"classifier.{i}", linear[i]);
        return graph.Build(name, inputSize);
    }
}
