using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>
/// "Deep residual learning for image recognition" (He et al. 2015), with the stride in the 3x3 convolution, and
/// ResNeXt, "Aggregated residual transformations for deep neural networks" (Xie et al. 2016). Modules are named as in
/// torchvision: conv1, layer1.0.conv1, fc.
/// </summary>
internal static class ResNet
{
    public static ModelGraph ResNet18(string name, Downsampling pool, int classes, Size2d inputSize) =>
        Create(name, pool, classes, inputSize, [2, 2, 2, 2], bottleneck: false);

    public static ModelGraph ResNet34(string name, Downsampling pool, int classes, Size2d inputSize) =>
        Create(name, pool, classes, inputSize, [3, 4, 6, 3], bottleneck: false);

    public static ModelGraph ResNet50(string name, Downsampling pool, int classes, Size2d inputSize) =>
        Create(name, pool, classes, inputSize, [3, 4, 6, 3], bottleneck: true);

    public static ModelGraph ResNet101(string name, Downsampling pool, int classes, Size2d inputSize) =>
        Create(name, pool, classes, inputSize, [3, 4, 23, 3], bottleneck: true);

    /// <summary>ResNeXt-50 of 32 groups of 4 channels.</summary>
    public static ModelGraph ResNeXt50(string name, Downsampling pool, int classes, Size2d inputSize) =>
        Create(name, pool, classes, inputSize, [3, 4, 6, 3], bottleneck: true, groups: 32, groupWidth: 4);

    private static ModelGraph Create(
        string name, Downsampling pool, int classes, Size2d inputSize, int[] blocks, bool bottleneck, int groups = 1,
        int groupWidth = 64)
    {
        var graph = new GraphBuilder();
        graph.ConvNorm("conv1", "bn1", "relu", new Conv2d(3, 64, 7, 2, 3), ModelGraph.InputName);
        string x = graph.Add("maxpool", pool.Max(3, 2, 1));
        int channels = 64;
        for (int stage = 0; stage < blocks.Length; stage++)
        {
            int planes = 64 << stage;
            int outChannels = bottleneck ? 4 * planes : planes;
            for (int block = 0; block < blocks[stage]; block++)
            {
                string prefix = $"layer{stage + 1}.{block}";
                int stride = stage > 0 && block == 0 ? 2 : 1;
                string branch = bottleneck
                    ? Bottleneck(graph, prefix, x, channels, planes, stride, groups, groupWidth)
                    : Basic(graph, prefix, x, channels, planes, stride);
                string shortcut = stride == 1 && channels == outChannels
                    ? x
                    : graph.ConvNorm(
                        $"{prefix}.downsample.0", $"{prefix}.downsample.1", activation: null,
                        new Conv2d(channels, outChannels, 1, stride, 0), x);
                graph.Add($"{prefix}.add", new Add(), branch, shortcut);
                x = graph.Add($"{prefix}.relu", new ReLU());
                channels = outChannels;
            }
        }
        graph.Classifier("fc", channels, classes);
        return graph.Build(name, inputSize);
    }

    private static string Basic(GraphBuilder graph, string prefix, string x, int channels, int planes, int stride)
    {
        x = graph.ConvNorm(
            $"{prefix}.conv1", $"{prefix}.bn1", $"{prefix}.relu1", new Conv2d(channels, planes, 3, stride, 1), x);
        return graph.ConvNorm(
            $"{prefix}.conv2", $"{prefix}.bn2", activation: null, new Conv2d(planes, planes, 3, 1, 1), x);
    }

    private static string Bottleneck(
        GraphBuilder graph, string prefix, string x, int channels, int planes, int stride, int groups, int groupWidth)
    {
        int width = planes * groupWidth / 64 * groups;
        x = graph.ConvNorm(
            $"{prefix}.conv1", $"{prefix}.bn1", $"{prefix}.relu1", new Conv2d(channels, width, 1, 1, 0), x);
        x = graph.ConvNorm(
            $"{prefix}.conv2", $"{prefix}.bn2", $"{prefix}.relu2",
            new Conv2d(width, width, 3, stride, 1) { Groups = groups }, x);
        return graph.ConvNorm(
            $"{prefix}.conv3", $"{prefix}.bn3", activation: null, new Conv2d(width, 4 * planes, 1, 1, 0), x);
    }
}
