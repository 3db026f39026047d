using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>VGG-11 and VGG-16, configurations A and D of "Very deep convolutional networks for large-scale image
/// recognition" (Simonyan, Zisserman 2014). Modules are numbered as in torchvision: features.0 to 20 or 30,
/// classifier.0 to 6.</summary>
internal static class Vgg
{
    private const int HiddenFeatures = 4096;

    /// <summary>Output channels of each convolution; 0 stands for a pool.</summary>
    private static readonly int[] Vgg11Stages = [64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0];

    private static readonly int[] Vgg16Stages =
        [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0];

    public static ModelGraph Vgg11(string name, Downsampling pool, int classes, Size2d inputSize) =>
        Create(name, pool, classes, inputSize, Vgg11Stages);

    public static ModelGraph Vgg16(string name, Downsampling pool, int classes, Size2d inputSize) =>
        Create(name, pool, classes, inputSize, Vgg16Stages);

    private static ModelGraph Create(string name, Downsampling pool, int classes, Size2d inputSize, int[] stages)
    {
        var graph = new GraphBuilder();
        (int number, int channels) = (0, 3);
        foreach (int stage in stages)
            if (stage == 0)
                graph.Add($"features.{number++}", pool.Max(2, 2));
            else
            {
                graph.Add($"features.{number++}", new Conv2d(channels, stage, 3, 1, 1));
                graph.Add($"features.{number++}", new ReLU());
                channels = stage;
            }
        graph.Add("flatten", new Flatten());
        // torchvision pools to 7x7 here, which 224x224 images give by themselves; other sizes change the first layer.
        int flat = graph.Build(name, inputSize).OutputShape.ElementCount;
        Operator[] classifier =
        [
            new Linear(flat, HiddenFeatures), new ReLU(), new Dropout(0.5),
            new Linear(HiddenFeatures, HiddenFeatures), new ReLU(), new Dropout(0.5),
            new Linear(HiddenFeatures, classes),
        ];
        for (int i = 0; i < classifier.Length; i++)
            graph.Add($"classifier.{i}", classifier[i]);
        return graph.Build(name, inputSize);
    }
}
