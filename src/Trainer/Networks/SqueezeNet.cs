using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>SqueezeNet 1.1, a later form of "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and &lt;0.5MB
/// model size" (Iandola et al. 2016). Modules are named as in torchvision: features.3.squeeze, classifier.1.</summary>
internal static class SqueezeNet
{
    /// <summary>Channels of each fire module's squeezing convolution; its two expanding ones have four times as many
    /// each. 0 stands for a pool.</summary>
    private static readonly int[] Stages = [0, 16, 16, 0, 32, 32, 0, 48, 48, 64, 64];

    public static ModelGraph Create(string name, Downsampling pool, int classes, Size2d inputSize)
    {
        var graph = new GraphBuilder();
        graph.Add("features.0", new Conv2d(3, 64, 3, 2, 0), ModelGraph.InputName);
        string x = graph.Add("features.1", new ReLU());
        (int number, int channels) = (2, 64);
        foreach (int squeezed in Stages)
        {
            string prefix = $"features.{number++}";
            if (squeezed == 0)
                x = graph.Add(prefix, pool.Max(3, 2, ceilMode: true));
            else
                (x, channels) = (Fire(graph, prefix, x, channels, squeezed), 8 * squeezed);
        }
        graph.Add("classifier.0", new Dropout(0.5));
        graph.Add("classifier.1", new Conv2d(channels, classes, 1, 1, 0));
        graph.Add("classifier.2", new ReLU());
        graph.Add("classifier.3", new GlobalAvgPool());
        graph.Add("flatten", new Flatten());
        return graph.Build(name, inputSize);
    }

    private static string Fire(GraphBuilder graph, string prefix, string x, int channels, int squeezed)
    {
        graph.Add($"{prefix}.squeeze", new Conv2d(channels, squeezed, 1, 1, 0), x);
        x = graph.Add($"{prefix}.squeeze_activation", new ReLU());
        graph.Add($"{prefix}.expand1x1", new Conv2d(squeezed, 4 * squeezed, 1, 1, 0), x);
        string one = graph.Add($"{prefix}.expand1x1_activation", new ReLU());
        graph.Add($"{prefix}.expand3x3", new Conv2d(squeezed, 4 * squeezed, 3, 1, 1), x);
        string three = graph.Add($"{prefix}.expand3x3_activation", new ReLU());
        return graph.Add($"{prefix}.concat", new Concat(), one, three);
    }
}
