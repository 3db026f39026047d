using System.Text.Json;
using SoftPool.Files;
using SoftPool.Verification;

namespace SoftPool.Models;

/// <summary>
/// A model as one safetensors file: the weights as tensors; graph, classes and preprocessing as JSON in its metadata.
/// </summary>
internal static class ModelFile
{
    /// <summary>Stands on its own, so that a file of another version is known as such whatever else it holds.</summary>
    private const string VersionKey = "softpool.version";

    // What the first version can say is written in it, so that older programs read all that they know.
    private const string First = "1", Second = "2";
    private const string GraphKey = "softpool.graph";
    public const string ClassesKey = "softpool.classes";
    public const string PreprocessingKey = "softpool.preprocessing";
    private const string CertificateKey = "softpool.certificate";
    private const string CertificateHashKey = "softpool.certificate.sha256";

    /// <summary>Whether a file is a model, not bare tensors.</summary>
    public static bool IsModel(SafetensorsFile file) => file.Metadata.ContainsKey(GraphKey);

    public static void Write(Model model, string path) => ToSafetensors(model).Write(path);

    public static Model Read(string path) => FromSafetensors(SafetensorsFile.Read(path), Path.GetFileName(path));

    /// <summary>The same from a stream, under the name that complaints shall give it.</summary>
    public static Model Read(Stream file, string name) => FromSafetensors(SafetensorsFile.Read(file, name), name);

    /// <summary>What a model's file holds.</summary>
    public static SafetensorsFile ToSafetensors(Model model)
    {
        var metadata = new Dictionary<string, string>
        {
            // What PyTorch's own tools look for.
            ["format"] = "pt",
            [VersionKey] = model.Texts.Version == 1 ? First : Second,
            [GraphKey] = model.Texts.Graph,
            [ClassesKey] = model.Texts.Classes,
            [PreprocessingKey] = model.Texts.Preprocessing,
        };
        if (model.Certificate is { } certificate)
        {
            metadata.Add(CertificateKey, certificate.Text);
            metadata.Add(CertificateHashKey, certificate.Sha256);
        }
        var weights = model.Graph.Parameters.ToDictionary(
            parameter => parameter.Name, parameter => model.Weights[parameter.Name]);
        return new SafetensorsFile(weights, metadata);
    }

    /// <summary>The model that a file holds.</summary>
    /// <param name="file">The file's tensors and metadata.</param>
    /// <param name="name">What to call the file in a complaint.</param>
    /// <exception cref="ModelFormatException">It is no valid model.</exception>
    public static Model FromSafetensors(SafetensorsFile file, string name)
    {
        try
        {
            string version = Entry(file, VersionKey);
            if (version is not (First or Second))
                throw new ModelFormatException(
                    $"it has version {version}, and this program reads versions {First} and {Second}.");
            var texts = new ModelTexts(
                version == First ? 1 : 2,
                Entry(file, GraphKey), Entry(file, ClassesKey), Entry(file, PreprocessingKey));
            ModelGraph graph = (texts.Version == 1
                ? JsonSerializer.Deserialize(texts.Graph, ModelJson.Default.PlainGraphDocument)?.ToGraph()
                : JsonSerializer.Deserialize(texts.Graph, ModelJson.Default.GraphDocument)?.ToGraph())
                ?? throw Null(GraphKey);
            var classes = JsonSerializer.Deserialize(texts.Classes, ModelJson.Default.IReadOnlyListString)
                ?? throw Null(ClassesKey);
            var preprocessing = JsonSerializer.Deserialize(texts.Preprocessing, ModelJson.Default.Preprocessing)
                ?? throw Null(PreprocessingKey);
            if (version == First && preprocessing.WrittenResize is not null)
                throw new ModelFormatException($"version {First} does not say how pictures are resized.");
            var model = new Model(graph, file.Tensors, classes, preprocessing);
            if (!file.Metadata.ContainsKey(CertificateKey) && !file.Metadata.ContainsKey(CertificateHashKey))
                return model;
            return model.With(
                Certificate.Read(Entry(file, CertificateKey), Entry(file, CertificateHashKey), model), texts);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ShapeMismatchException
                                      or ModelFormatException)
        {
            throw new ModelFormatException($"{name} is no valid model: {Excerpt.Of(e.Message)}", e);
        }
    }

    private static ModelFormatException Null(string key) => new($"the JSON of its metadata {key} is null.");

    private static string Entry(SafetensorsFile file, string key) =>
        file.Metadata.TryGetValue(key, out string? value)
            ? value
            : throw new ModelFormatException($"its metadata lacks {key}; it holds bare tensors.");
}
