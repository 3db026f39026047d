using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>"MobileNetV2: Inverted residuals and linear bottlenecks" (Sandler et al. 2018). Modules are named as in
/// torchvision: features.1.conv.0.0, classifier.1. It has no pooling but the global one.</summary>
internal static class MobileNetV2
{
    /// <summary>Of each stage the factor by which its blocks expand the channels, its output channels, the number of
    /// blocks, and the first one's stride.</summary>
    private static readonly (int Expansion, int Channels, int Blocks, int Stride)[] Stages =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    public static ModelGraph Create(string name, int classes, Size2d inputSize)
    {
        const int FirstChannels = 32, LastChannels = 1280;
        var graph = new GraphBuilder();
        string x = ConvNorm(graph, "features.0", new Conv2d(3, FirstChannels, 3, 2, 1), ModelGraph.InputName);
        (int number, int channels) = (1, FirstChannels);
        foreach ((int expansion, int outChannels, int blocks, int firstStride) in Stages)
            for (int block = 0; block < blocks; block++)
            {
                x = Block(graph, $"features.{number++}.conv", x, channels, outChannels, block == 0
                    ? firstStride : 1, expansion);
                channels = outChannels;
            }
        ConvNorm(graph, $"features.{number}", new Conv2d(channels, LastChannels, 1, 1, 0), x);
        graph.Add("avgpool", new GlobalAvgPool());
        graph.Add("flatten", new Flatten());
        graph.Add("classifier.0", new Dropout(0.2));
        graph.Add("classifier.1", new Linear(LastChannels, classes));
        return graph.Build(name, inputSize);
    }

    private static string Block(
        GraphBuilder graph, string prefix, string input, int channels, int outChannels, int stride, int expansion)
    {
        (int number, int width, string x) = (0, channels * expansion, input);
        if (expansion > 1)
            x = ConvNorm(graph, $"{prefix}.{number++}", new Conv2d(channels, width, 1, 1, 0), x);
        x = ConvNorm(graph, $"{prefix}.{number++}", new Conv2d(width, width, 3, stride, 1) { Groups = width }, x);
        x = graph.ConvNorm(
            $"{prefix}.{number}", $"{prefix}.{number + 1}",
            activation: null, new Conv2d(width, outChannels, 1, 1, 0), x);
        return stride == 1 && channels == outChannels ? graph.Add($"{prefix}.add", new Add(), x, input) : x;
    }

    private static string ConvNorm(GraphBuilder graph, string prefix, Conv2d conv, string input) =>
        graph.ConvNorm($"{prefix}.0", $"{prefix}.1", $"{prefix}.2", conv, input, function: new ReLU6());
}
