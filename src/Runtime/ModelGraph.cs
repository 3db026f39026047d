using SoftPool.Operators;

namespace SoftPool;

/// <summary>A network as data: its layers, in an order in which they can run. Each layer reads only earlier layers or
/// the network's input. Torch, the Vulkan session and the C# reference all use this description.</summary>
public sealed class ModelGraph
{
    /// <summary>The name of the network's input in <see cref="Layer.Inputs"/>.</summary>
    public const string InputName = "input";

    // Beyond any network's use: with more of them, what is quadratic in a plan would take minutes.
    private const int MostLayers = 10_000;
    private const int MostInputs = 100_000;

    private readonly TensorShape[] _outputShapes;
    private readonly int[][] _inputs;

    /// <summary>Creates a graph, checks its layers, and infers all shapes. A graph has 1 to 10,000 layers, with at most
    /// 100,000 inputs in total.</summary>
    /// <param name="name">The network's name: alexnet-softpool.</param>
    /// <param name="inputShape">The shape of one item of the input, without the batch: (C, H, W).</param>
    /// <param name="layers">The layers, each after the layers that it reads. The output of the last layer is the
    /// network's output.</param>
    /// <exception cref="ModelFormatException">There are no layers or too many layers or inputs; a layer has no name, or
    /// the name of another layer; a layer reads a layer that is not before it; or no layer reads the output of a layer
    /// other than the last.</exception>
    /// <exception cref="ShapeMismatchException">A layer does not accept the shapes of its inputs.</exception>
    public ModelGraph(string name, TensorShape inputShape, IEnumerable<Layer> layers)
    {
        Name = name;
        InputShape = inputShape;
        Layers = [.. layers];
        if (Layers.Count is 0 or > MostLayers)
            throw new ModelFormatException($"A network has 1 to {MostLayers} layers; '{name}' has {Layers.Count}.");
        long reads = Layers.Sum(layer => (long)(layer?.Inputs?.Count ?? 1));
        if (reads > MostInputs)
            throw new ModelFormatException(
                $"The layers of a network have at most {MostInputs} inputs in all; '{name}' has {reads}.");

        var places = new Dictionary<string, int> { [InputName] = -1 };
        _outputShapes = new TensorShape[Layers.Count];
        _inputs = new int[Layers.Count][];
        for (int i = 0; i < Layers.Count; i++)
        {
            if (Layers[i] is not { Name: { } layer, Operator: { } op })
                throw new ModelFormatException($"Layer {i} of '{name}' is null.");
            _inputs[i] = Layers[i].Inputs is { } inputs ? [.. inputs.Select(input => PlaceOf(input, layer))] : [i - 1];
            if (layer.Length == 0 || !places.TryAdd(layer, i))
                throw new ModelFormatException($"Each layer needs a name of its own; '{layer}' of '{name}' is not.");
            try
            {
                _outputShapes[i] = op.InferShape([.. _inputs[i].Select(ShapeAt)]);
                _ = op.Parameters; // Shapes of weights are checked here too, not at their first use.
            }
            catch (ShapeMismatchException e)
            {
                throw new ShapeMismatchException($"Layer {layer} of '{name}': {e.Message}");
            }
        }
        int[] unread = [.. Enumerable.Range(0, Layers.Count - 1).Except(_inputs.SelectMany(input => input))];
        if (unread.Length > 0)
            throw new ModelFormatException(
                $"No layer of '{name}' reads {Layers[unread[0]].Name}, and it is not the last.");

        int PlaceOf(string? input, string reader) => input is not null && places.TryGetValue(input, out int place)
            ? place
            : throw new ModelFormatException(
                $"Layer {reader} of '{name}' reads '{input}', which is no layer before it.");
    }

    /// <summary>The network's name.</summary>
    public string Name { get; }

    /// <summary>The shape of one item of the input, without the batch: (C, H, W).</summary>
    public TensorShape InputShape { get; }

    /// <summary>The layers in the order in which they run.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>The shape of one item of the output, without the batch: (classes). This is the output shape of the last
    /// layer.</summary>
    public TensorShape OutputShape => _outputShapes[^1];

    /// <summary>Returns the shape of one item of a layer's output, without the batch.</summary>
    /// <param name="layer">The layer's index in <see cref="Layers"/>.</param>
    public TensorShape OutputShapeOf(int layer) => _outputShapes[layer];

    /// <summary>Returns the layers that a layer reads, as indices in <see cref="Layers"/>; -1 is the network's
    /// input.</summary>
    /// <param name="layer">The layer's index in <see cref="Layers"/>.</param>
    public IReadOnlyList<int> InputsOf(int layer) => _inputs[layer];

    /// <summary>Returns the shapes of one item of each of a layer's inputs, without the batch.</summary>
    /// <param name="layer">The layer's index in <see cref="Layers"/>.</param>
    public IReadOnlyList<TensorShape> InputShapesOf(int layer) => [.. _inputs[layer].Select(ShapeAt)];

    /// <summary>All parameters of the network: full PyTorch name (features.0.weight) and shape.</summary>
    public IEnumerable<Parameter> Parameters =>
        from layer in Layers
        from parameter in layer.Operator.Parameters
        select parameter with { Name = $"{layer.Name}.{parameter.Name}" };

    /// <summary>The number of trainable weights: the elements of all trainable parameters.</summary>
    public long ParameterCount =>
        Parameters.Where(parameter => parameter.Trainable).Sum(parameter => (long)parameter.Shape.ElementCount);

    private TensorShape ShapeAt(int place) => place < 0 ? InputShape : _outputShapes[place];
}
