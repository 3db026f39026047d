using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>Inception blocks: "Going deeper with convolutions" (Szegedy et al. 2014), with batch norm and without the
/// auxiliary classifiers. Modules are named as in torchvision: inception3a.branch2.0.conv, fc.</summary>
internal static class GoogLeNet
{
    private const double Eps = 1e-3;

    /// <summary>Channels of each block: 1x1; 3x3 reduced and full; 5x5 reduced and full (torchvision: 3x3 too); after
    /// the pool.</summary>
    private static readonly (string Name, int One, int Reduce3, int Three, int Reduce5, int Five, int Pool)[] Blocks =
    [
        ("3a", 64, 96, 128, 16, 32, 32), ("3b", 128, 128, 192, 32, 96, 64),
        ("4a", 192, 96, 208, 16, 48, 64), ("4b", 160, 112, 224, 24, 64, 64), ("4c", 128, 128, 256, 24, 64, 64),
        ("4d", 112, 144, 288, 32, 64, 64), ("4e", 256, 160, 320, 32, 128, 128),
        ("5a", 256, 160, 320, 32, 128, 128), ("5b", 384, 192, 384, 48, 128, 128),
    ];

    public static ModelGraph Create(string name, Downsampling pool, int classes, Size2d inputSize)
    {
        var graph = new GraphBuilder();
        Conv(graph, "conv1", new Conv2d(3, 64, 7, 2, 3), ModelGraph.InputName);
        string x = graph.Add("maxpool1", pool.Max(3, 2, 0, ceilMode: true));
        x = Conv(graph, "conv2", new Conv2d(64, 64, 1, 1, 0), x);
        Conv(graph, "conv3", new Conv2d(64, 192, 3, 1, 1), x);
        x = graph.Add("maxpool2", pool.Max(3, 2, 0, ceilMode: true));
        int channels = 192;
        foreach ((string block, int one, int reduce3, int three, int reduce5, int five, int pooled) in Blocks)
        {
            if (block == "4a")
                x = graph.Add("maxpool3", pool.Max(3, 2, 0, ceilMode: true));
            if (block == "5a")
                x = graph.Add("maxpool4", pool.Max(2, 2, 0, ceilMode: true));
            string prefix = $"inception{block}";
            string branch1 = Conv(graph, $"{prefix}.branch1", new Conv2d(channels, one, 1, 1, 0), x);
            string branch2 = Conv(graph, $"{prefix}.branch2.0", new Conv2d(channels, reduce3, 1, 1, 0), x);
            branch2 = Conv(graph, $"{prefix}.branch2.1", new Conv2d(reduce3, three, 3, 1, 1), branch2);
            string branch3 = Conv(graph, $"{prefix}.branch3.0", new Conv2d(channels, reduce5, 1, 1, 0), x);
            branch3 = Conv(graph, $"{prefix}.branch3.1", new Conv2d(reduce5, five, 3, 1, 1), branch3);
            string branch4 = graph.Add($"{prefix}.branch4.0", pool.Max(3, 1, 1, ceilMode: true), x);
            branch4 = Conv(graph, $"{prefix}.branch4.1", new Conv2d(channels, pooled, 1, 1, 0), branch4);
            x = graph.Add($"{prefix}.concat", new Concat(), branch1, branch2, branch3, branch4);
            channels = one + three + five + pooled;
        }
        graph.Add("avgpool", new GlobalAvgPool());
        graph.Add("flatten", new Flatten());
        graph.Add("dropout", new Dropout(0.2));
        graph.Add("fc", new Linear(channels, classes));
        return graph.Build(name, inputSize);
    }

    private static string Conv(GraphBuilder graph, string prefix, Conv2d conv, string input) =>
        graph.ConvNorm($"{prefix}.conv", $"{prefix}.bn", $"{prefix}.relu", conv, input, Eps);
}
