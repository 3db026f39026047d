using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>"ShuffleNet V2: Practical guidelines for efficient CNN architecture design" (Ma et al. 2018) of the width
/// 1. Modules are named as in torchvision: conv1.0, stage2.0.branch1.0, fc.</summary>
internal static class ShuffleNetV2
{
    private const int FirstChannels = 24, LastChannels = 1024;

    /// <summary>Of each stage the output channels and the number of units.</summary>
    private static readonly (int Channels, int Units)[] Stages = [(116, 4), (232, 8), (464, 4)];

    public static ModelGraph Create(string name, Downsampling pool, int classes, Size2d inputSize)
    {
        var graph = new GraphBuilder();
        graph.ConvNorm("conv1.0", "conv1.1", "conv1.2", new Conv2d(3, FirstChannels, 3, 2, 1), ModelGraph.InputName);
        string x = graph.Add("maxpool", pool.Max(3, 2, 1));
        int channels = FirstChannels;
        for (int stage = 0; stage < Stages.Length; stage++)
        {
            (int outChannels, int units) = Stages[stage];
            for (int unit = 0; unit < units; unit++)
                x = Unit(graph, $"stage{stage + 2}.{unit}", x, unit == 0 ? channels : outChannels, outChannels / 2,
                    isFirst: unit == 0);
            channels = outChannels;
        }
        graph.ConvNorm("conv5.0", "conv5.1", "conv5.2", new Conv2d(channels, LastChannels, 1, 1, 0), x);
        graph.Classifier("fc", LastChannels, classes);
        return graph.Build(name, inputSize);
    }

    /// <summary>Half of the output by each of two branches. In a stage's first unit both read all of the input and
    /// halve the map; in the others the first branch is one half of the input itself.</summary>
    private static string Unit(
        GraphBuilder graph, string prefix, string input, int channels, int half, bool isFirst)
    {
        string left = isFirst
            ? Separable(graph, $"{prefix}.branch1", input, channels, half, stride: 2, first: 0)
            : graph.Add($"{prefix}.left", new Slice(Dim: 1, Start: 0, half, Step: 1), input);
        string right = isFirst
            ? input
            : graph.Add($"{prefix}.right", new Slice(Dim: 1, Start: half, half, Step: 1), input);
        right = graph.ConvNorm(
            $"{prefix}.branch2.0", $"{prefix}.branch2.1", $"{prefix}.branch2.2",
            new Conv2d(isFirst ? channels : half, half, 1, 1, 0), right);
        right = Separable(graph, $"{prefix}.branch2", right, half, half, isFirst ? 2 : 1, first: 3);
        graph.Add($"{prefix}.concat", new Concat(), left, right);
        return graph.Add($"{prefix}.shuffle", new ChannelShuffle(2));
    }

    /// <summary>A depthwise convolution and one of single pixels, their modules numbered from the first.</summary>
    private static string Separable(
        GraphBuilder graph, string prefix, string input, int channels, int outChannels, int stride, int first)
    {
        string x = graph.ConvNorm(
            $"{prefix}.{first}", $"{prefix}.{first + 1}", activation: null,
            new Conv2d(channels, channels, 3, stride, 1) { Groups = channels }, input);
        return graph.ConvNorm(
            $"{prefix}.{first + 2}", $"{prefix}.{first + 3}", $"{prefix}.{first + 4}",
            new Conv2d(channels, outChannels, 1, 1, 0), x);
    }
}
