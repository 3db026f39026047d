using SoftPool.Files;
using SoftPool.Models;
using SoftPool.Onnx.Import;
using SoftPool.Operators;
using SoftPool.Verification;

namespace SoftPool;

/// <summary>A trained network: the graph, the weights by PyTorch name, the class names, and the preprocessing of
/// images. Immutable. Any number of sessions may use the same model.</summary>
public sealed class Model
{
    /// <summary>Creates a model from a graph and its weights.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="weights">A tensor for each parameter of the graph, and no others, by full PyTorch name:
    /// features.0.weight.</param>
    /// <param name="classNames">The name of each element of the only or first output, in order; empty if they have no
    /// names.</param>
    /// <param name="preprocessing">How an image becomes the network's input. Not used if the network has several
    /// inputs.</param>
    /// <exception cref="ModelFormatException">A weight is missing, has another shape than the graph's parameter, or
    /// belongs to no layer; the number of class names is not that of the output's elements; or the preprocessing does
    /// not have a finite mean and a positive, finite deviation for each channel, or resizes in a way that is not
    /// supported.</exception>
    public Model(
        ModelGraph graph, IReadOnlyDictionary<string, Tensor> weights, IReadOnlyList<string> classNames,
        Preprocessing preprocessing)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(classNames);
        ArgumentNullException.ThrowIfNull(preprocessing);
        Graph = graph;
        Weights = new Dictionary<string, Tensor>(weights);
        ClassNames = [.. classNames];
        Preprocessing = preprocessing;

        var unused = weights.Keys.ToHashSet();
        foreach (Parameter parameter in graph.Parameters)
        {
            if (!weights.TryGetValue(parameter.Name, out Tensor? tensor))
                throw new ModelFormatException(
                    $"The weights of '{graph.Name}' lack {parameter.Name} ({parameter.Shape}).");
            if (tensor.Shape != parameter.Shape)
                throw new ModelFormatException(
                    $"{parameter.Name} of '{graph.Name}' has shape {parameter.Shape}; "
                    + $"the weights have {tensor.Shape}.");
            unused.Remove(parameter.Name);
        }
        if (unused.Count > 0)
            throw new ModelFormatException(
                $"No layer of '{graph.Name}' has a parameter {unused.Min(StringComparer.Ordinal)}.");
        int classes = graph.Outputs[0].Shape.ElementCount;
        if (classNames.Count != 0 && classNames.Count != classes)
            throw new ModelFormatException(
                $"'{graph.Name}' has {classes} outputs, "
                + $"but {classNames.Count} class names came.");
        if (classNames.Contains(null))
            throw new ModelFormatException($"A class name of '{graph.Name}' is null.");
        foreach (float mean in preprocessing.Mean)
            if (!float.IsFinite(mean))
                throw new ModelFormatException($"The preprocessing of '{graph.Name}' needs finite means; got {mean}.");
        foreach (float deviation in preprocessing.StandardDeviation)
            if (!(deviation > 0 && float.IsFinite(deviation)))
                throw new ModelFormatException(
                    $"The preprocessing of '{graph.Name}' needs positive finite deviations; got {deviation}.");
        if (preprocessing.Resize.Fault is { } fault)
            throw new ModelFormatException($"The preprocessing of '{graph.Name}' cannot resize images: {fault}.");
        if (graph.Inputs is [{ Shape: { Rank: 3 } input }]
            && (preprocessing.Mean.Count != input[0] || preprocessing.StandardDeviation.Count != input[0]))
            throw new ModelFormatException(
                $"'{graph.Name}' takes {input[0]} channels, but the preprocessing has "
                + $"{preprocessing.Mean.Count} means and {preprocessing.StandardDeviation.Count} deviations.");
    }

    /// <summary>The network.</summary>
    public ModelGraph Graph { get; }

    /// <summary>The weights by full PyTorch name: features.0.weight.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; }

    /// <summary>The name of each element of the only or first output, in order; empty if they have no
    /// names.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>How an image becomes the network's input.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>The certificate: what torch computed with this model, for <see cref="InferenceSession.Verify"/>. Null
    /// if the model has none.</summary>
    public Certificate? Certificate { get; private init; }

    /// <summary>What its file says beside the weights. Of a model with a certificate as it stood there: the certificate
    /// is of these very texts.</summary>
    internal ModelTexts Texts { get => field ??= ModelTexts.Of(this); private init; }

    /// <summary>Reads a model from a safetensors file.</summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="ModelFormatException">The file is not a valid model.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    public static Model Load(string path) => ModelFile.Read(path);

    /// <summary>Reads a model from a stream, such as an embedded resource, an entry of an archive, or a pipe. The
    /// stream is read from its current position to its end.</summary>
    /// <param name="file">A stream with the content of a safetensors file. The stream need not be seekable. It is not
    /// closed.</param>
    /// <exception cref="ModelFormatException">The content is not a valid model.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static Model Load(Stream file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return ModelFile.Read(file, "The stream");
    }

    /// <summary>Reads a model from memory.</summary>
    /// <param name="file">The content of a safetensors file. The memory may be reused after the call.</param>
    /// <exception cref="ModelFormatException">The content is not a valid model.</exception>
    public static Model Load(ReadOnlyMemory<byte> file)
    {
        using var stream = new MemoryReader(file);
        return ModelFile.Read(stream, "The memory");
    }

    /// <summary>Imports an ONNX file. Shape computations in the file are folded to constants. Either everything that
    /// the output depends on is imported, or an exception is thrown. docs/onnx.md lists what is supported.</summary>
    /// <param name="path">The path of the file. External data must lie in its folder.</param>
    /// <param name="options">Values that the file does not contain; null for the defaults.</param>
    /// <exception cref="UnsupportedOnnxException">The file contains something that cannot be imported;
    /// <see cref="UnsupportedOnnxException.Refusals"/> lists everything.</exception>
    /// <exception cref="ModelFormatException">The file is not a valid ONNX model, or the class names or the
    /// preprocessing of the options do not fit the network.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    public static Model FromOnnx(string path, OnnxOptions? options = null)
    {
        using OnnxImport import = OnnxImport.Open(path, options ?? new OnnxOptions());
        return import.Model();
    }

    /// <summary>Imports an ONNX model from a stream. The stream is read from its current position to its end. External
    /// data is refused, because a stream has no folder.</summary>
    /// <param name="file">A stream with the content of an ONNX file. The stream is closed.</param>
    /// <param name="options">Values that the file does not contain; null for the defaults.</param>
    /// <exception cref="UnsupportedOnnxException">The file contains something that cannot be imported;
    /// <see cref="UnsupportedOnnxException.Refusals"/> lists everything.</exception>
    /// <exception cref="ModelFormatException">The file is not a valid ONNX model, or the class names or the
    /// preprocessing of the options do not fit the network.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static Model FromOnnx(Stream file, OnnxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        using OnnxImport import = OnnxImport.Open(file, options ?? new OnnxOptions());
        return import.Model();
    }

    /// <summary>Returns the same network with the same weights for inputs of another size, such as a camera's portrait
    /// and landscape images. What an imported file computed of its input's size, such as a crop to its half, stays as
    /// it was at the size of the import.</summary>
    /// <param name="inputShape">The shape of one input without the batch: (C, H, W).</param>
    /// <returns>This model if the shape is already its input shape. Otherwise a new model, without a certificate,
    /// because a certificate is valid for one input size. Sessions of the two models do not share device
    /// memory.</returns>
    /// <exception cref="ShapeMismatchException">A layer does not accept the shapes that result. The message names the
    /// layer.</exception>
    /// <exception cref="ModelFormatException">The number of outputs changes, and the outputs have names.</exception>
    /// <exception cref="InvalidOperationException">The network has several inputs.</exception>
    public Model WithInputShape(TensorShape inputShape) => inputShape == Graph.InputShape
        ? this
        : WithInputShapes(new Dictionary<string, TensorShape> { [Graph.Inputs[0].Name] = inputShape });

    /// <summary>Returns the same network with the same weights for inputs of other sizes, as
    /// <see cref="WithInputShape"/> does for a network with one input.</summary>
    /// <param name="inputShapes">The shapes of one item of inputs by name, without the batch. Other inputs keep their
    /// shapes.</param>
    /// <returns>This model if all shapes are already those of its inputs. Otherwise a new model, without a
    /// certificate.</returns>
    /// <exception cref="ArgumentException">The network has no input of one of the names.</exception>
    /// <exception cref="ShapeMismatchException">A layer does not accept the shapes that result. The message names the
    /// layer.</exception>
    /// <exception cref="ModelFormatException">The number of outputs changes, and the outputs have names.</exception>
    public Model WithInputShapes(IReadOnlyDictionary<string, TensorShape> inputShapes)
    {
        ArgumentNullException.ThrowIfNull(inputShapes);
        NetworkInput[] inputs = [.. Graph.Inputs];
        foreach ((string name, TensorShape shape) in inputShapes)
            inputs[Graph.InputIndex(name)] = new NetworkInput(name, shape);
        if (inputs.SequenceEqual(Graph.Inputs))
            return this;
        var graph = new ModelGraph(
            Graph.Name, inputs, Graph.Layers, Graph.Outputs.Select(output => (output.Name, output.Layer)));
        // ONNX files compute this size from that of the input, and the layer does not know how.
        for (int i = 0; i < graph.Layers.Count; i++)
            if (graph.Layers[i].Operator is Upsample { Size: var size, ScaleFactor: var factor }
                && ((size.Height > 0 && factor.Height == 0) || (size.Width > 0 && factor.Width == 0))
                && !graph.InputShapesOf(i).SequenceEqual(Graph.InputShapesOf(i)))
                throw new ShapeMismatchException(
                    $"Layer {graph.Layers[i].Name} of '{graph.Name}': Upsample to {size} has no scale factor, so what "
                    + $"it makes of {graph.InputShapesOf(i)[0]} instead of {Graph.InputShapesOf(i)[0]} is not known.");
        return new Model(graph, Weights, ClassNames, Preprocessing);
    }

    /// <summary>Writes the model to a safetensors file, either completely or not at all. An existing file keeps its
    /// permissions, and a symbolic link is followed.</summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    public void Save(string path) => ModelFile.Write(this, path);

    /// <summary>The same model under a certificate.</summary>
    /// <param name="certificate">What torch computed with it.</param>
    /// <param name="texts">What the file says that the certificate was read from; null for one just made.</param>
    internal Model With(Certificate certificate, ModelTexts? texts = null) =>
        new(Graph, Weights, ClassNames, Preprocessing) { Certificate = certificate, Texts = texts ?? Texts };
}
