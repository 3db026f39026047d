using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>"U-Net: Convolutional networks for biomedical image segmentation" (Ronneberger et al. 2015), with batch
/// norm, padding and half the width, as "Association of genomic subtypes of lower-grade gliomas with shape features
/// automatically extracted by a deep learning algorithm" (Buda et al. 2019) has it. Its output is a map of each class,
/// of the image's size, through a sigmoid. Modules are named as in Buda's repository: encoder1.enc1conv1, upconv4,
/// conv.</summary>
internal static class UNet
{
    private const int Levels = 4, FirstChannels = 32;

    public static ModelGraph Create(string name, Downsampling pool, int classes, Size2d inputSize)
    {
        var graph = new GraphBuilder();
        var skips = new string[Levels];
        (string x, int channels) = (ModelGraph.InputName, 3);
        for (int level = 1; level <= Levels; level++)
        {
            int width = FirstChannels << (level - 1);
            x = skips[level - 1] = Block(graph, $"encoder{level}.enc{level}", x, channels, width);
            x = graph.Add($"pool{level}", pool.Max(2, 2));
            channels = width;
        }
        x = Block(graph, "bottleneck.bottleneck", x, channels, 2 * channels);
        for (int level = Levels; level >= 1; level--)
        {
            int width = FirstChannels << (level - 1);
            x = graph.Add($"upconv{level}", new ConvTranspose2d(2 * width, width, 2, 2, 0), x);
            x = graph.Add($"concat{level}", new Concat(), x, skips[level - 1]);
            x = Block(graph, $"decoder{level}.dec{level}", x, 2 * width, width);
        }
        graph.Add("conv", new Conv2d(FirstChannels, classes, 1, 1, 0), x);
        graph.Add("sigmoid", new Sigmoid());
        return graph.Build(name, inputSize);
    }

    private static string Block(GraphBuilder graph, string prefix, string input, int channels, int width)
    {
        string x = graph.ConvNorm(
            $"{prefix}conv1", $"{prefix}norm1", $"{prefix}relu1", new Conv2d(channels, width, 3, 1, 1), input);
        return graph.ConvNorm(
            $"{prefix}conv2", $"{prefix}norm2", $"{prefix}relu2", new Conv2d(width, width, 3, 1, 1), x);
    }
}
