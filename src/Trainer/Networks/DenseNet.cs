using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>"Densely connected convolutional networks" (Huang et al. 2016). Modules are named as in torchvision:
/// features.denseblock1.denselayer1.conv1, classifier.</summary>
internal static class DenseNet
{
    private const int GrowthRate = 32, BottleneckFactor = 4;

    private static readonly int[] DenseNet121Blocks = [6, 12, 24, 16];

    public static ModelGraph DenseNet121(string name, Downsampling pool, int classes, Size2d inputSize)
    {
        var graph = new GraphBuilder();
        int channels = 2 * GrowthRate;
        graph.ConvNorm(
            "features.conv0", "features.norm0", "features.relu0",
            new Conv2d(3, channels, 7, 2, 3), ModelGraph.InputName);
        string x = graph.Add("features.pool0", pool.Max(3, 2, 1));
        for (int block = 1; block <= DenseNet121Blocks.Length; block++)
        {
            for (int layer = 1; layer <= DenseNet121Blocks[block - 1]; layer++)
            {
                string prefix = $"features.denseblock{block}.denselayer{layer}";
                graph.Add($"{prefix}.norm1", new BatchNorm2d(channels), x);
                string y = graph.Add($"{prefix}.relu1", new ReLU());
                graph.ConvNorm(
                    $"{prefix}.conv1", $"{prefix}.norm2", $"{prefix}.relu2",
                    new Conv2d(channels, BottleneckFactor * GrowthRate, 1, 1, 0), y);
                y = graph.Add(
                    $"{prefix}.conv2", new Conv2d(BottleneckFactor * GrowthRate, GrowthRate, 3, 1, 1) { Bias = false });
                x = graph.Add($"{prefix}.concat", new Concat(), x, y);
                channels += GrowthRate;
            }
            if (block == DenseNet121Blocks.Length)
                continue;
            string transition = $"features.transition{block}";
            graph.Add($"{transition}.norm", new BatchNorm2d(channels));
            graph.Add($"{transition}.relu", new ReLU());
            graph.Add($"{transition}.conv", new Conv2d(channels, channels / 2, 1, 1, 0) { Bias = false });
            x = graph.Add($"{transition}.pool", pool.Avg(2, 2));
            channels /= 2;
        }
        graph.Add("features.norm5", new BatchNorm2d(channels));
        graph.Add("relu5", new ReLU());
        graph.Classifier("classifier", channels, classes);
        return graph.Build(name, inputSize);
    }
}
