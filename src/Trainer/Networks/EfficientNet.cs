using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>EfficientNet-B0 of "EfficientNet: Rethinking model scaling for convolutional neural networks" (Tan, Le
/// 2019), without the stochastic depth of its training. Modules are named as in torchvision: features.1.0.block.0.0,
/// classifier.1. It has no pooling but the global one.</summary>
internal static class EfficientNet
{
    private const double Eps = 1e-5;

    /// <summary>Of each stage the factor by which its blocks expand the channels, the window, the first block's stride,
    /// the output channels and the number of blocks.</summary>
    private static readonly (int Expansion, int Kernel, int Stride, int Channels, int Blocks)[] Stages =
    [
        (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3),
        (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1),
    ];

    public static ModelGraph CreateB0(string name, int classes, Size2d inputSize)
    {
        const int FirstChannels = 32, LastChannels = 1280;
        var graph = new GraphBuilder();
        string x = graph.ConvNorm(
            "features.0.0", "features.0.1", "features.0.2",
            new Conv2d(3, FirstChannels, 3, 2, 1), ModelGraph.InputName, Eps, new SiLU());
        int channels = FirstChannels;
        for (int stage = 0; stage < Stages.Length; stage++)
        {
            (int expansion, int kernel, int firstStride, int outChannels, int blocks) = Stages[stage];
            for (int number = 0; number < blocks; number++)
            {
                var block = new SqueezedBlock(
                    channels, expansion * channels, outChannels, kernel,
                    number == 0 ? firstStride : 1, channels / 4, Eps, new SiLU(),
                    new SiLU(), new Sigmoid());
                x = block.AddTo(graph, $"features.{stage + 1}.{number}.block", x);
                channels = outChannels;
            }
        }
        string last = $"features.{Stages.Length + 1}";
        graph.ConvNorm(
            $"{last}.0", $"{last}.1", $"{last}.2", new Conv2d(channels, LastChannels, 1, 1, 0), x, Eps, new SiLU());
        graph.Add("avgpool", new GlobalAvgPool());
        graph.Add("flatten", new Flatten());
        graph.Add("classifier.0", new Dropout(0.2));
        graph.Add("classifier.1", new Linear(LastChannels, classes));
        return graph.Build(name, inputSize);
    }
}
