using SoftPool.Operators;

namespace SoftPool;

/// <summary>
/// A network written down once, as data: its layers in order, each reading the one before. Torch, the Vulkan session
/// and the C# reference all read this, and nothing else says what a network is.
/// </summary>
public sealed class ModelGraph
{
    private readonly TensorShape[] _outputShapes;

    /// <summary>Checks the layers and infers every shape.</summary>
    /// <param name="name">The network's name: alexnet-softpool.</param>
    /// <param name="inputShape">The shape of one item without its batch: (C, H, W).</param>
    /// <param name="layers">The layers in the order in which they run.</param>
    /// <exception cref="ModelFormatException">There are no layers, or two have one name.</exception>
    /// <exception cref="ShapeMismatchException">A layer cannot take what the one before gives.</exception>
    public ModelGraph(string name, TensorShape inputShape, IEnumerable<Layer> layers)
    {
        Name = name;
        InputShape = inputShape;
        Layers = [.. layers];
        if (Layers.Count == 0)
            throw new ModelFormatException($"A network has at least one layer; '{name}' has none.");

        var names = new HashSet<string>();
        _outputShapes = new TensorShape[Layers.Count];
        TensorShape shape = inputShape;
        for (int i = 0; i < Layers.Count; i++)
        {
            if (Layers[i] is not (string layer, Operator op))
                throw new ModelFormatException($"Layer {i} of '{name}' is null.");
            if (layer.Length == 0 || !names.Add(layer))
                throw new ModelFormatException($"Each layer needs a name of its own; '{layer}' of '{name}' is not.");
            try
            {
                _outputShapes[i] = shape = op.InferShape(shape);
                _ = op.Parameters; // Shapes of weights are checked here too, not at their first use.
            }
            catch (ShapeMismatchException e)
            {
                throw new ShapeMismatchException($"Layer {layer} of '{name}': {e.Message}");
            }
        }
    }

    /// <summary>The network's name.</summary>
    public string Name { get; }

    /// <summary>The shape of one input item: (C, H, W).</summary>
    public TensorShape InputShape { get; }

    /// <summary>The layers in the order in which they run.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>The shape of one output item, that of the last layer: (classes).</summary>
    public TensorShape OutputShape => _outputShapes[^1];

    /// <summary>The shape of what a layer gives, without its batch.</summary>
    /// <param name="layer">The layer's place in <see cref="Layers"/>.</param>
    public TensorShape OutputShapeOf(int layer) => _outputShapes[layer];

    /// <summary>The shape of what a layer takes, without its batch.</summary>
    /// <param name="layer">The layer's place in <see cref="Layers"/>.</param>
    public TensorShape InputShapeOf(int layer) => layer == 0 ? InputShape : _outputShapes[layer - 1];

    /// <summary>Every weight of the network under its full PyTorch name, with its shape.</summary>
    public IEnumerable<Parameter> Parameters =>
        from layer in Layers
        from parameter in layer.Operator.Parameters
        select new Parameter($"{layer.Name}.{parameter.Name}", parameter.Shape);

    /// <summary>The number of single weights.</summary>
    public long ParameterCount => Parameters.Sum(parameter => (long)parameter.Shape.Count);
}
