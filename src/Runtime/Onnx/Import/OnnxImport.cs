using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>An ONNX file as a network: its graph at once, its weights when the model is asked for. It holds the file
/// open.</summary>
internal sealed class OnnxImport : IDisposable
{
    private readonly OnnxModel _file;
    private readonly OnnxOptions _options;
    private readonly List<Draft> _layers;

    private OnnxImport(OnnxModel file, string name, OnnxOptions options)
    {
        (_file, _options) = (file, options);
        (GraphImporter importer, IReadOnlyList<Draft> outputs) = Import(file, name, options);
        _layers = Ordered(outputs);
        HashSet<Draft> read = [.. _layers.SelectMany(layer => layer.Inputs)];
        // Only the shapes of others are read.
        Draft[] inputs = [.. importer.Inputs.Where(read.Contains)];
        (InputNames, OutputNames) = ([.. inputs.Select(input => input.OnnxValue!)], importer.OutputNames);
        InputElements =
        [
            .. InputNames.Select(name => file.Graph.Inputs.First(input => input.Name == name).Type.Element),
        ];
        bool isPlain = inputs.Length == 1 && outputs.Count == 1;
        Dictionary<Draft, string> names = inputs.ToDictionary(
            input => input, input => isPlain ? ModelGraph.InputName : input.OnnxValue!);
        AddNames(names, _layers);
        Graph = new ModelGraph(
            name, inputs.Select(input => new NetworkInput(names[input], input.Shape)),
            _layers.Select(layer => new Layer(
                names[layer], layer.Operator!, [.. layer.Inputs.Select(input => names[input])])),
            outputs.Zip(OutputNames, (layer, output) => (isPlain ? ModelGraph.OutputName : output, names[layer])));
        OnnxValues = [.. _layers.Select(layer => layer.OnnxValue)];
        (Batch, TakesWhole) = (importer.Batch, importer.TakesWhole);
        CheckBatch(name, importer);
        Metadata = OnnxMetadata.Of(file.Metadata, Graph);
    }

    /// <summary>The network.</summary>
    public ModelGraph Graph { get; }

    /// <summary>The file's names for the inputs. The graph has them too where there are several inputs or
    /// outputs.</summary>
    public IReadOnlyList<string> InputNames { get; }

    /// <summary>The file's names for the outputs. The graph has them too where there are several inputs or
    /// outputs.</summary>
    public IReadOnlyList<string> OutputNames { get; }

    /// <summary>The types of the inputs' elements in the file. The network's are always floats.</summary>
    public IReadOnlyList<OnnxElement> InputElements { get; }

    /// <summary>Whether the file computes in 16 bits. The network does in 32.</summary>
    public bool IsHalf =>
        InputElements.Contains(OnnxElement.Float16) || _file.Graph.Nodes.Any(node => node.OpType == "Cast"
            && node.Attributes.OfType<OnnxAttribute<long>>().Any(attribute =>
                attribute is { Name: "to", Value: (long)OnnxElement.Float16 }));

    /// <summary>What the file itself names as its outputs.</summary>
    public IEnumerable<string> FileOutputs => _file.Graph.Outputs.Select(output => output.Name);

    /// <summary>The batch that the file was folded for.</summary>
    public int Batch { get; }

    /// <summary>Whether the file has no batch: its input tensors are one item each.</summary>
    public bool TakesWhole { get; }

    /// <summary>The shape in which the file takes an item of an input, or as many as it was folded for.</summary>
    public int[] FileShapeOf(TensorShape item) => TakesWhole ? [.. item.Extents] : [Batch, .. item.Extents];

    /// <summary>Whether the file takes no other batch.</summary>
    public bool FixesBatch => _file.Graph.Inputs.Any(input =>
        InputNames.Contains(input.Name) && input.Type.Dimensions is [{ Size: > 0 }, ..]);

    /// <summary>What the file's metadata says of classes and pictures. Options are put before it.</summary>
    public OnnxMetadata Metadata { get; }

    /// <summary>Which value of the file each layer gives; null where the file has none.</summary>
    public IReadOnlyList<string?> OnnxValues { get; }

    /// <summary>Reads a file's graph.</summary>
    /// <exception cref="UnsupportedOnnxException">It holds what is not supported; all of that is listed.</exception>
    /// <exception cref="ModelFormatException">It is no valid ONNX model.</exception>
    public static OnnxImport Open(string path, OnnxOptions options) =>
        Of(OnnxModel.Open(path), options.Name ?? Path.GetFileNameWithoutExtension(path), options);

    /// <summary>Reads a graph from a stream, which it then owns.</summary>
    public static OnnxImport Open(Stream stream, OnnxOptions options)
    {
        OnnxModel file = OnnxModel.Read(stream, "The stream");
        return Of(file, options.Name ?? (file.Graph.Name.Length > 0 ? file.Graph.Name : "onnx"), options);
    }

    /// <summary>The network with its weights.</summary>
    public Model Model()
    {
        var weights = new Dictionary<string, Tensor>();
        for (int i = 0; i < _layers.Count; i++)
            foreach (Parameter parameter in Graph.Layers[i].Operator.Parameters)
                weights[$"{Graph.Layers[i].Name}.{parameter.Name}"] =
                    new Tensor(parameter.Shape, _layers[i].Weights[parameter.Name]());
        int channels = Graph.Inputs is [{ Shape: { Rank: 3 } shape }] ? shape[0] : 1;
        // A byte of a picture is taken as it is.
        float deviation = InputElements is [OnnxElement.UInt8] ? 1f / byte.MaxValue : 1;
        return new Model(
            Graph, weights, _options.ClassNames.Count > 0 ? _options.ClassNames : Metadata.ClassNames,
            _options.Preprocessing ?? Metadata.Preprocessing
                ?? new Preprocessing(
                    [.. Enumerable.Repeat(0f, channels)], [.. Enumerable.Repeat(deviation, channels)]));
    }

    public void Dispose() => _file.Dispose();

    private static OnnxImport Of(OnnxModel file, string name, OnnxOptions options)
    {
        try
        {
            return new OnnxImport(file, name, options);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Imports with the batch as the first axis of the inputs. If that is refused and the file fixes all
    /// extents, the inputs may be one item each.</summary>
    private static (GraphImporter Importer, IReadOnlyList<Draft> Outputs) Import(
        OnnxModel file, string name, OnnxOptions options)
    {
        var importer = new GraphImporter(file, options);
        try
        {
            return (importer, importer.Import(name));
        }
        catch (UnsupportedOnnxException) when (importer.FixesInputs)
        {
            try
            {
                var whole = new GraphImporter(file, options, takesWhole: true);
                return (whole, whole.Import(name));
            }
            catch (UnsupportedOnnxException)
            {
                // What is said is what is refused of the usual way.
            }
            throw;
        }
    }

    /// <summary>Refuses a file that leaves the batch open and computes with it: folded for one batch, it would give
    /// wrong numbers at every other.</summary>
    private void CheckBatch(string name, GraphImporter importer)
    {
        if (FixesBatch)
            return;
        List<Draft> others;
        try
        {
            var another = new GraphImporter(
                _file, _options with
                {
                    Shapes = importer.Inputs.ToDictionary(
                        input => input.OnnxValue!,
                        input => (IReadOnlyList<int>)[Batch + 1, .. input.Shape.Extents]),
                });
            others = Ordered(another.Import(name));
        }
        catch (UnsupportedOnnxException)
        {
            // Shapes that are written down for one batch, as exporters write them: each item is computed like it.
            return;
        }
        if (FreeBatch.FirstDifference(_layers, others) is { } layer)
            throw new UnsupportedOnnxException(
                name,
                [$"batch: {layer.OnnxValue ?? layer.Name} depends on the number of items, which a session chooses"]);
    }

    /// <summary>The layers that the outputs depend on, each behind those that it reads.</summary>
    private static List<Draft> Ordered(IEnumerable<Draft> outputs)
    {
        List<Draft> ordered = [];
        HashSet<Draft> seen = [];
        var stack = new Stack<(Draft Layer, bool InputsDone)>(outputs.Reverse().Select(output => (output, false)));
        while (stack.TryPop(out (Draft Layer, bool InputsDone) next))
        {
            if (next.InputsDone)
                ordered.Add(next.Layer);
            else if (next.Layer.Operator is not null && seen.Add(next.Layer))
            {
                stack.Push((next.Layer, true));
                foreach (Draft input in next.Layer.Inputs.Reverse())
                    stack.Push((input, false));
            }
        }
        return ordered;
    }

    /// <summary>Adds a name of its own for each layer. Names are paths of PyTorch's modules: no part of one is empty,
    /// and none leads through another layer.</summary>
    private static void AddNames(Dictionary<Draft, string> names, IReadOnlyList<Draft> layers)
    {
        HashSet<string> taken = [.. names.Values], parents = [];
        foreach (Draft layer in layers)
        {
            string wanted = layer.Name.Trim('/');
            if (wanted.Length == 0)
                wanted = layer.Operator!.GetType().Name;
            if (wanted.Split('.').Contains("") || ParentsOf(wanted).Any(taken.Contains))
                wanted = wanted.Replace('.', '_');
            string name = wanted;
            for (int number = 2; parents.Contains(name) || !taken.Add(name); number++)
                name = $"{wanted}_{number}";
            parents.UnionWith(ParentsOf(name));
            names[layer] = name;
        }

        static IEnumerable<string> ParentsOf(string name)
        {
            for (int dot = name.IndexOf('.'); dot >= 0; dot = name.IndexOf('.', dot + 1))
                yield return name[..dot];
        }
    }
}
