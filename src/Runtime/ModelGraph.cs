using SoftPool.Operators;

namespace SoftPool;

/// <summary>A network as data: its inputs, its layers in an order in which they can run, and its outputs. Each layer
/// reads only earlier layers or inputs. Torch, the Vulkan session and the C# reference all use this
/// description.</summary>
public sealed class ModelGraph
{
    /// <summary>The name of the input in <see cref="Layer.Inputs"/>, if the network was created with one input that has
    /// no name of its own.</summary>
    public const string InputName = "input";

    /// <summary>The name of the output, if the network was created with one output that has no name of its
    /// own.</summary>
    public const string OutputName = "output";

    // Beyond any network's use: with more of them, what is quadratic in a plan would take minutes.
    private const int MostLayers = 10_000;
    private const int MostReads = 100_000;
    private const int MostInputsAndOutputs = 1_000;

    private readonly TensorShape[] _outputShapes;
    private readonly int[][] _inputs;
    private readonly int[] _outputs;

    /// <summary>Creates a graph with one input and one output, checks its layers, and infers all shapes. A graph has 1
    /// to 10,000 layers, with at most 100,000 inputs in total.</summary>
    /// <param name="name">The network's name: alexnet-softpool.</param>
    /// <param name="inputShape">The shape of one item of the input, without the batch: (C, H, W). The input is named
    /// <see cref="InputName"/>.</param>
    /// <param name="layers">The layers, each after the layers that it reads. The output of the last layer is the
    /// network's output, named <see cref="OutputName"/>.</param>
    /// <exception cref="ModelFormatException">There are no layers or too many layers or inputs; a layer has no name, or
    /// the name of another layer; a layer reads a layer that is not before it; or no layer reads the output of a layer
    /// other than the last.</exception>
    /// <exception cref="ShapeMismatchException">A layer does not accept the shapes of its inputs.</exception>
    public ModelGraph(string name, TensorShape inputShape, IEnumerable<Layer> layers)
        : this(name, [new NetworkInput(InputName, inputShape)], layers, outputs: null)
    {
    }

    /// <summary>Creates a graph with named inputs and outputs, checks its layers, and infers all shapes. A graph has 1
    /// to 10,000 layers, with at most 100,000 inputs in total, and at most 1,000 inputs and outputs of its
    /// own.</summary>
    /// <param name="name">The network's name: siamese.</param>
    /// <param name="inputs">The inputs, in the order in which a session takes them. Layers read them by their
    /// names.</param>
    /// <param name="layers">The layers, each after the layers that it reads. No layer has the name of an input.</param>
    /// <param name="outputs">The outputs, in the order in which a session gives them: a name, and the name of the layer
    /// whose output it is. Other layers may read that layer too.</param>
    /// <exception cref="ModelFormatException">There are no inputs, layers or outputs, or too many; one of them has no
    /// name, or the name of another; a layer reads what is neither an input nor a layer before it; an output is of no
    /// layer; or an input or a layer is not read, and is no output.</exception>
    /// <exception cref="ShapeMismatchException">A layer does not accept the shapes of its inputs.</exception>
    public ModelGraph(
        string name, IEnumerable<NetworkInput> inputs, IEnumerable<Layer> layers,
        IEnumerable<(string Name, string Layer)> outputs)
        : this(name, [.. inputs], layers, [.. outputs])
    {
    }

    private ModelGraph(
        string name, NetworkInput[] inputs, IEnumerable<Layer> layers, (string Name, string Layer)[]? outputs)
    {
        Name = name;
        Inputs = inputs;
        Layers = [.. layers];
        if (Layers.Count is 0 or > MostLayers)
            throw new ModelFormatException($"A network has 1 to {MostLayers} layers; '{name}' has {Layers.Count}.");
        long reads = Layers.Sum(layer => (long)(layer?.Inputs?.Count ?? 1));
        if (reads > MostReads)
            throw new ModelFormatException(
                $"The layers of a network have at most {MostReads} inputs in all; '{name}' has {reads}.");
        CheckCount("inputs", Inputs.Count);

        var places = new Dictionary<string, int>();
        for (int i = 0; i < Inputs.Count; i++)
            if (Inputs[i] is not { Name: { Length: > 0 } input } || !places.TryAdd(input, ~i))
                throw new ModelFormatException(
                    $"Each input needs a name of its own; '{Inputs[i]?.Name}' of '{name}' is not.");
        _outputShapes = new TensorShape[Layers.Count];
        _inputs = new int[Layers.Count][];
        for (int i = 0; i < Layers.Count; i++)
        {
            if (Layers[i] is not { Name: { } layer, Operator: { } op })
                throw new ModelFormatException($"Layer {i} of '{name}' is null.");
            _inputs[i] = Layers[i].Inputs is { } read ? [.. read.Select(input => PlaceOf(input, layer))] : [i - 1];
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
        Outputs = [.. (outputs ?? [(OutputName, Layers[^1].Name)]).Select(OutputOf)];
        CheckCount("outputs", Outputs.Count);
        if (Outputs.GroupBy(output => output.Name)
            .FirstOrDefault(same => same.Count() > 1 || same.Key.Length == 0) is { } twice)
            throw new ModelFormatException($"Each output needs a name of its own; '{twice.Key}' of '{name}' is not.");
        _outputs = [.. Outputs.Select(output => places[output.Layer])];
        int[] needed = [.. _inputs.SelectMany(input => input), .. _outputs];
        int[] unread = [.. Enumerable.Range(-Inputs.Count, Inputs.Count + Layers.Count).Except(needed)];
        if (unread.Length > 0)
            throw new ModelFormatException(unread[^1] < 0
                ? $"No layer of '{name}' reads the input {Inputs[~unread[^1]].Name}."
                : $"No layer of '{name}' reads {Layers[unread.First(place => place >= 0)].Name}, and it is "
                    + (outputs is null ? "not the last." : "no output."));

        int PlaceOf(string? input, string reader) => input is not null && places.TryGetValue(input, out int place)
            ? place
            : throw new ModelFormatException(
                $"Layer {reader} of '{name}' reads '{input}', which is no layer before it.");

        NetworkOutput OutputOf((string Name, string Layer) output) =>
            output is { Name: not null, Layer: not null } && places.TryGetValue(output.Layer, out int place)
                && place >= 0
                ? new NetworkOutput(output.Name, output.Layer, _outputShapes[place])
                : throw new ModelFormatException(
                    $"The output '{output.Name}' of '{name}' is that of '{output.Layer}', which is no layer.");

        void CheckCount(string what, int count)
        {
            if (count is 0 or > MostInputsAndOutputs)
                throw new ModelFormatException(
                    $"A network has 1 to {MostInputsAndOutputs} {what}; '{name}' has {count}.");
        }
    }

    /// <summary>The network's name.</summary>
    public string Name { get; }

    /// <summary>The inputs, in the order in which a session takes them.</summary>
    public IReadOnlyList<NetworkInput> Inputs { get; }

    /// <summary>The layers in the order in which they run.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>The outputs, in the order in which a session gives them.</summary>
    public IReadOnlyList<NetworkOutput> Outputs { get; }

    /// <summary>The shape of one item of the only input, without the batch: (C, H, W).</summary>
    /// <exception cref="InvalidOperationException">The network has several inputs.</exception>
    public TensorShape InputShape =>
        Inputs is [var only] ? only.Shape : throw NotOne("input", Inputs.Select(input => input.Name));

    /// <summary>The shape of one item of the only output, without the batch: (classes).</summary>
    /// <exception cref="InvalidOperationException">The network has several outputs.</exception>
    public TensorShape OutputShape =>
        Outputs is [var only] ? only.Shape : throw NotOne("output", Outputs.Select(output => output.Name));

    /// <summary>Returns the place of an input in <see cref="Inputs"/>.</summary>
    /// <param name="name">The input's name.</param>
    /// <exception cref="ArgumentException">The network has no input of this name.</exception>
    public int InputIndex(string name) => IndexOf("input", Inputs.Select(input => input.Name), name);

    /// <summary>Returns the place of an output in <see cref="Outputs"/>.</summary>
    /// <param name="name">The output's name.</param>
    /// <exception cref="ArgumentException">The network has no output of this name.</exception>
    public int OutputIndex(string name) => IndexOf("output", Outputs.Select(output => output.Name), name);

    /// <summary>Returns the shape of one item of a layer's output, without the batch.</summary>
    /// <param name="layer">The layer's index in <see cref="Layers"/>.</param>
    public TensorShape OutputShapeOf(int layer) => _outputShapes[layer];

    /// <summary>Returns what a layer reads: layers, as indices in <see cref="Layers"/>, and the network's inputs, -1
    /// for the first of <see cref="Inputs"/>, -2 for the second, and so on.</summary>
    /// <param name="layer">The layer's index in <see cref="Layers"/>.</param>
    public IReadOnlyList<int> InputsOf(int layer) => _inputs[layer];

    /// <summary>Returns the shapes of one item of each of a layer's inputs, without the batch.</summary>
    /// <param name="layer">The layer's index in <see cref="Layers"/>.</param>
    public IReadOnlyList<TensorShape> InputShapesOf(int layer) => [.. _inputs[layer].Select(ShapeAt)];

    /// <summary>The layers of <see cref="Outputs"/>, as indices in <see cref="Layers"/>.</summary>
    internal IReadOnlyList<int> OutputLayers => _outputs;

    /// <summary>Whether the network has one input and one output, and neither has a name of its own.</summary>
    internal bool IsPlain => Inputs is [{ Name: InputName }] && Outputs is [{ Name: OutputName }];

    /// <summary>All parameters of the network: full PyTorch name (features.0.weight) and shape.</summary>
    public IEnumerable<Parameter> Parameters =>
        from layer in Layers
        from parameter in layer.Operator.Parameters
        select parameter with { Name = $"{layer.Name}.{parameter.Name}" };

    /// <summary>The number of trainable weights: the elements of all trainable parameters.</summary>
    public long ParameterCount =>
        Parameters.Where(parameter => parameter.Trainable).Sum(parameter => (long)parameter.Shape.ElementCount);

    internal TensorShape ShapeAt(int place) => place < 0 ? Inputs[~place].Shape : _outputShapes[place];

    private InvalidOperationException NotOne(string what, IEnumerable<string> names) =>
        new($"'{Name}' has the {what}s {string.Join(", ", names)}; {what} shapes are those of its {what}s.");

    private int IndexOf(string what, IEnumerable<string> names, string name)
    {
        int index = names.ToList().IndexOf(name);
        return index >= 0
            ? index
            : throw new ArgumentException(
                $"'{Name}' has no {what} {name}; it has {string.Join(", ", names)}.", nameof(name));
    }
}
