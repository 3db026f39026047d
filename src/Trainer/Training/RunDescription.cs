using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using SoftPool.Trainer.Data;
using TorchSharp;

namespace SoftPool.Trainer.Training;

/// <summary>What a run trains, on what, and how.</summary>
internal sealed record RunDescription
{
    /// <summary>How a run is written down for people and programs.</summary>
    public static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The network's name in the catalog.</summary>
    public required string Network { get; init; }

    /// <summary>The value of --data.</summary>
    public required string Data { get; init; }

    /// <summary>What the data set calls itself.</summary>
    public required string DataName { get; init; }

    /// <summary>The number of training images.</summary>
    public required int TrainImages { get; init; }

    /// <summary>The number of test images.</summary>
    public required int TestImages { get; init; }

    /// <summary>The recipe.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>Where torch computes: CUDA, or the processor with the number of threads.</summary>
    public required string Hardware { get; init; }

    /// <summary>The versions of .NET and TorchSharp.</summary>
    public required string Software { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Started { get; init; }

    public static RunDescription Of(string network, string data, ImageDataset dataset, TrainingOptions options) => new()
    {
        Network = network,
        Data = data,
        DataName = dataset.Name,
        TrainImages = dataset.Train.Count,
        TestImages = dataset.Test.Count,
        Options = options,
        Hardware = HardwareOf(options.OnCuda),
        Software = $"{RuntimeInformation.FrameworkDescription}, TorchSharp {torch.__version__}",
        Started = DateTimeOffset.Now,
    };

    /// <summary>What torch computes on: CUDA, or the processor with the number of threads.</summary>
    public static string HardwareOf(bool cuda) => cuda ? "CUDA" : $"{ProcessorName}, {torch.get_num_threads()} threads";

    /// <summary>As Linux calls it; elsewhere its architecture.</summary>
    private static string ProcessorName
    {
        get
        {
            const string Path = "/proc/cpuinfo", Key = "model name";
            string? line = File.Exists(Path)
                ? File.ReadLines(Path).FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal))
                : null;
            return line is null ? $"CPU, {RuntimeInformation.ProcessArchitecture}" : line[(line.IndexOf(':') + 1)..].Trim();
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="JsonException">The text is no description.</exception>
    public static RunDescription FromJson(string json) =>
        JsonSerializer.Deserialize<RunDescription>(json, Json) ?? throw new JsonException("The description is null.");
}
