using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>
/// The AlexNet of "One weird trick for parallelizing convolutional neural networks" (Krizhevsky 2014) at half width,
/// with a choice of pooling. Modules are numbered as in torchvision: features.0 to 12, classifier.0 to 6.
/// </summary>
internal static class AlexNet
{
    private const int HiddenFeatures = 2048;

    /// <param name="name">The network's name.</param>
    /// <param name="pool">What pools between the stages.</param>
    /// <param name="classes">The number of outputs.</param>
    /// <param name="inputSize">Height and width of the images in pixels.</param>
    /// <exception cref="ShapeMismatchException">The images are too small.</exception>
    public static ModelGraph Create(string name, Downsampling pool, int classes, Size2d inputSize)
    {
        var input = new TensorShape(3, inputSize.Height, inputSize.Width);
        Operator[] features =
        [
            new Conv2d(3, 48, 11, 4, 5), new ReLU(), pool.Max(3, 2),
            new Conv2d(48, 128, 5, 1, 2), new ReLU(), pool.Max(3, 2),
            new Conv2d(128, 192, 3, 1, 1), new ReLU(),
            new Conv2d(192, 192, 3, 1, 1), new ReLU(),
            new Conv2d(192, 128, 3, 1, 1), new ReLU(), pool.Max(3, 2),
        ];
        List<Layer> layers =
            [.. features.Select((op, i) => new Layer($"features.{i}", op)), new("flatten", new Flatten())];
        // The first linear layer's width is what the images' size makes of it.
        int flat = new ModelGraph(name, input, layers).OutputShape.ElementCount;
        Operator[] classifier =
        [
            new Linear(flat, HiddenFeatures), new ReLU(), new Dropout(0.5),
            new Linear(HiddenFeatures, HiddenFeatures), new ReLU(), new Dropout(0.5),
            new Linear(HiddenFeatures, classes),
        ];
        layers.AddRange(classifier.Select((op, i) => new Layer($"classifier.{i}", op)));
        return new ModelGraph(name, input, layers);
    }
}
