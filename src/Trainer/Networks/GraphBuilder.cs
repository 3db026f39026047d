using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>Writes a graph down layer by layer. Each call names its layer and gives the name back, for the layers that
/// read it.</summary>
internal sealed class GraphBuilder
{
    private readonly List<Layer> _layers = [];

    /// <summary>Adds a layer.</summary>
    /// <param name="name">Its name in PyTorch's module tree.</param>
    /// <param name="op">What it computes.</param>
    /// <param name="inputs">The layers that it reads; the one added before if none.</param>
    public string Add(string name, Operator op, params string[] inputs)
    {
        // The layer before is what a layer reads anyway; said of every layer, it would only be noise in the file.
        bool sequential = inputs.Length == 0
            || (inputs.Length == 1 && _layers.Count > 0 && inputs[0] == _layers[^1].Name);
        _layers.Add(new Layer(name, op, sequential ? null : inputs));
        return name;
    }

    /// <summary>Adds a convolution without bias, its batch norm and an activation.</summary>
    /// <param name="conv">The convolution's name.</param>
    /// <param name="norm">The batch norm's name.</param>
    /// <param name="activation">The activation's name; null for none.</param>
    /// <param name="op">The convolution.</param>
    /// <param name="input">The layer that it reads.</param>
    /// <param name="eps">What the batch norm adds to the variance.</param>
    /// <param name="function">The activation; a ReLU unless given.</param>
    public string ConvNorm(
        string conv, string norm, string? activation, Conv2d op,
        string input, double eps = 1e-5, Pointwise? function = null)
    {
        Add(conv, op with { Bias = false }, input);
        string last = Add(norm, new BatchNorm2d(op.OutChannels, eps));
        return activation is null ? last : Add(activation, function ?? new ReLU());
    }

    /// <summary>Adds the usual end: the mean of each map, and a linear layer of so many classes.</summary>
    public void Classifier(string linear, int features, int classes)
    {
        Add("avgpool", new GlobalAvgPool());
        Add("flatten", new Flatten());
        Add(linear, new Linear(features, classes));
    }

    public ModelGraph Build(string name, Size2d inputSize) =>
        new(name, new TensorShape(3, inputSize.Height, inputSize.Width), _layers);
}
