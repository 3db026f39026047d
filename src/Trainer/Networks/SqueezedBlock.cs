using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>The inverted residual block with squeeze and excitation ("Squeeze-and-excitation networks", Hu et al. 2018)
/// of MobileNetV3 and EfficientNet: expand, depthwise convolution, excitation, project.</summary>
/// <param name="Channels">C of the input.</param>
/// <param name="Width">The channels after the expansion; no expansion where they are the input's.</param>
/// <param name="OutChannels">C of the output.</param>
/// <param name="Kernel">Height and width of the depthwise convolution's window.</param>
/// <param name="Stride">Its stride.</param>
/// <param name="Squeezed">The channels between the two convolutions of the excitation; 0 for none.</param>
/// <param name="Eps">What the batch norms add to the variance.</param>
/// <param name="Activation">The block's activation.</param>
/// <param name="SqueezeActivation">That between the two convolutions of the excitation.</param>
/// <param name="ScaleActivation">That behind them.</param>
internal sealed record SqueezedBlock(
    int Channels, int Width, int OutChannels, int Kernel, int Stride, int Squeezed, double Eps, Pointwise Activation,
    Pointwise SqueezeActivation, Pointwise ScaleActivation)
{
    /// <summary>Adds the block, its modules numbered under the prefix as in torchvision, and gives its last layer
    /// back.</summary>
    public string AddTo(GraphBuilder graph, string prefix, string input)
    {
        (int number, string x) = (0, input);
        if (Width != Channels)
            x = Convolution(graph, $"{prefix}.{number++}", new Conv2d(Channels, Width, 1, 1, 0), x, Activation);
        x = Convolution(
            graph, $"{prefix}.{number++}",
            new Conv2d(Width, Width, Kernel, Stride, Kernel / 2) { Groups = Width }, x, Activation);
        if (Squeezed > 0)
            x = Excitation(graph, $"{prefix}.{number++}", x);
        x = Convolution(graph, $"{prefix}.{number}", new Conv2d(Width, OutChannels, 1, 1, 0), x, activation: null);
        return Stride == 1 && Channels == OutChannels ? graph.Add($"{prefix}.add", new Add(), x, input) : x;
    }

    private string Convolution(GraphBuilder graph, string prefix, Conv2d conv, string x, Pointwise? activation) =>
        graph.ConvNorm(
            $"{prefix}.0", $"{prefix}.1", activation is null ? null : $"{prefix}.2", conv, x, Eps, activation);

    private string Excitation(GraphBuilder graph, string prefix, string x)
    {
        graph.Add($"{prefix}.avgpool", new GlobalAvgPool(), x);
        graph.Add($"{prefix}.fc1", new Conv2d(Width, Squeezed, 1, 1, 0));
        graph.Add($"{prefix}.activation", SqueezeActivation);
        graph.Add($"{prefix}.fc2", new Conv2d(Squeezed, Width, 1, 1, 0));
        string scale = graph.Add($"{prefix}.scale_activation", ScaleActivation);
        return graph.Add($"{prefix}.multiply", new Multiply(), x, scale);
    }
}
