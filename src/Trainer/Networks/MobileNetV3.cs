using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>"Searching for MobileNetV3" (Howard et al. 2019). Modules are named as in torchvision:
/// features.1.block.0.0, classifier.0. It has no pooling but the global one.</summary>
internal static class MobileNetV3
{
    private const double Eps = 0.001;

    // Of each block the window, the channels within and behind it, whether it has an excitation, whether its activation
    // is Hardswish in place of ReLU, and the stride.
    private static readonly (int Kernel, int Width, int Channels, bool Squeezes, bool Hardswish, int Stride)[] Large =
    [
        (3, 16, 16, false, false, 1), (3, 64, 24, false, false, 2),
        (3, 72, 24, false, false, 1), (5, 72, 40, true, false, 2),
        (5, 120, 40, true, false, 1), (5, 120, 40, true, false, 1),
        (3, 240, 80, false, true, 2), (3, 200, 80, false, true, 1),
        (3, 184, 80, false, true, 1), (3, 184, 80, false, true, 1),
        (3, 480, 112, true, true, 1), (3, 672, 112, true, true, 1),
        (5, 672, 160, true, true, 2), (5, 960, 160, true, true, 1), (5, 960, 160, true, true, 1),
    ];

    private static readonly (int Kernel, int Width, int Channels, bool Squeezes, bool Hardswish, int Stride)[] Small =
    [
        (3, 16, 16, true, false, 2), (3, 72, 24, false, false, 2),
        (3, 88, 24, false, false, 1), (5, 96, 40, true, true, 2),
        (5, 240, 40, true, true, 1), (5, 240, 40, true, true, 1),
        (5, 120, 48, true, true, 1), (5, 144, 48, true, true, 1),
        (5, 288, 96, true, true, 2), (5, 576, 96, true, true, 1), (5, 576, 96, true, true, 1),
    ];

    public static ModelGraph CreateLarge(string name, int classes, Size2d inputSize) =>
        Create(name, classes, inputSize, Large, hidden: 1280);

    public static ModelGraph CreateSmall(string name, int classes, Size2d inputSize) =>
        Create(name, classes, inputSize, Small, hidden: 1024);

    private static ModelGraph Create(
        string name, int classes, Size2d inputSize,
        (int Kernel, int Width, int Channels, bool Squeezes, bool Hardswish, int Stride)[] blocks,
        int hidden)
    {
        const int FirstChannels = 16;
        var graph = new GraphBuilder();
        string x = graph.ConvNorm(
            "features.0.0", "features.0.1", "features.0.2",
            new Conv2d(3, FirstChannels, 3, 2, 1), ModelGraph.InputName, Eps,
            new Hardswish());
        (int number, int channels) = (1, FirstChannels);
        foreach ((int kernel, int width, int outChannels, bool squeezes, bool hardswish, int stride) in blocks)
        {
            var block = new SqueezedBlock(
                channels, width, outChannels, kernel, stride, squeezes ? Divisible(width / 4) : 0, Eps,
                hardswish ? new Hardswish() : new ReLU(), new ReLU(), new Hardsigmoid());
            x = block.AddTo(graph, $"features.{number++}.block", x);
            channels = outChannels;
        }
        graph.ConvNorm(
            $"features.{number}.0", $"features.{number}.1", $"features.{number}.2",
            new Conv2d(channels, 6 * channels, 1, 1, 0), x, Eps,
            new Hardswish());
        graph.Add("avgpool", new GlobalAvgPool());
        graph.Add("flatten", new Flatten());
        graph.Add("classifier.0", new Linear(6 * channels, hidden));
        graph.Add("classifier.1", new Hardswish());
        graph.Add("classifier.2", new Dropout(0.2));
        graph.Add("classifier.3", new Linear(hidden, classes));
        return graph.Build(name, inputSize);
    }

    /// <summary>The nearest multiple of 8 that is not below nine tenths.</summary>
    private static int Divisible(int channels)
    {
        int nearest = Math.Max(8, (channels + 4) / 8 * 8);
        return 10 * nearest < 9 * channels ? nearest + 8 : nearest;
    }
}
