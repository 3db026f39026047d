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

    /// <summary>The value of --data, a path in full; in older records as it was given.</summary>
    public required string Data { get; init; }

    /// <summary>The value of --image-size; null where the pictures decided.</summary>
    public Size2d? ImageSize { get; init; }

    /// <summary>What the data set calls itself.</summary>
    public required string DataName { get; init; }

    /// <summary>The number of training images.</summary>
    public required int TrainImages { get; init; }

    /// <summary>The number of test images.</summary>
    public required int TestImages { get; init; }

    /// <summary>The number of validation images, which choose the best epoch; null where the test images do.</summary>
    public int? ValidationImages { get; init; }

    /// <summary>The split that chooses the best epoch, for those who read the record.</summary>
    public string BestEpochBy => ValidationImages is null ? "test" : "validation";

    /// <summary>The data set's <see cref="ImageDataset.Sha256"/>; null in records from before there was one.</summary>
    public string? DataSha256 { get; init; }

    /// <summary>The recipe.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>What becomes of an image before it enters the network; null where it is stretched and normalised as
    /// ImageNet's.</summary>
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>The weights that it began with and what stayed of them; null where it began with random ones.</summary>
    public FineTuning? FineTuning { get; init; }

    /// <summary>The steps that were done when the training was last given another length; null where it never
    /// was.</summary>
    public int? LengthChangedAt { get; init; }

    /// <summary>Where torch computes, of a resumed run since then: CUDA, or the CPU with the number of
    /// threads.</summary>
    public required string Hardware { get; init; }

    /// <summary>How many processes train it together, of a resumed run since then; null if there is one.</summary>
    public int? Processes { get; init; }

    /// <summary>The versions of .NET and TorchSharp.</summary>
    public required string Software { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Started { get; init; }

    public static RunDescription Of(string network, string data, ImageDataset dataset, TrainingOptions options) => new()
    {
        Network = network,
        Data = DatasetSource.Absolute(data),
        DataName = dataset.Name,
        TrainImages = dataset.Train.Count,
        TestImages = dataset.Test.Count,
        ValidationImages = dataset.HasValidation ? dataset.Validation.Count : null,
        DataSha256 = dataset.Sha256(),
        Options = options,
        Hardware = HardwareOf(options.OnCuda, options.Threads),
        Software = SoftwareHere,
        Started = DateTimeOffset.Now,
    };

    /// <summary>The same run, resumed on this machine.</summary>
    /// <param name="data">The value of --data now.</param>
    /// <param name="options">The recipe, with the length, the device and the threads of now.</param>
    /// <param name="step">The steps done.</param>
    public RunDescription GoOn(string data, TrainingOptions options, int step) => this with
    {
        LengthChangedAt = (options.Epochs, options.Steps) == (Options.Epochs, Options.Steps) ? LengthChangedAt : step,
        Data = DatasetSource.Absolute(data),
        Options = options,
        Processes = null,
        Hardware = HardwareOf(options.OnCuda, options.Threads),
        Software = SoftwareHere,
    };

    /// <summary>The same run, trained by several processes together.</summary>
    /// <param name="processes">How many.</param>
    /// <param name="threads">The threads of each, where the options do not say.</param>
    public RunDescription OnProcesses(int processes, int threads) => this with
    {
        Processes = processes,
        Hardware = $"{HardwareOf(Options.OnCuda, Options.Threads > 0 ? Options.Threads : threads)} in each of "
            + $"{processes} processes",
    };

    /// <summary>The value of --data that finds the run's data again.</summary>
    /// <exception cref="DatasetException">An older record has a relative path, and there is nothing at it from
    /// here.</exception>
    public string FindData() =>
        Data is DatasetSource.Procedural or DatasetSource.Cifar10 || Path.Exists(Data) || Path.IsPathRooted(Data)
        ? Data
        : throw new DatasetException(
            $"The run's record names its data by a relative path, {Data}, and there is nothing at "
            + $"{Path.GetFullPath(Data)}: start from the folder in which the training was started, or say with "
            + "--data where the data is.");

    /// <summary>What torch computes on: CUDA, or the CPU with the number of threads.</summary>
    /// <param name="cuda">Whether it is CUDA.</param>
    /// <param name="threads">How many threads torch will be told to use; as many as it does where 0.</param>
    public static string HardwareOf(bool cuda, int threads = 0) =>
        cuda ? "CUDA" : $"{ProcessorName}, {(threads > 0 ? threads : torch.get_num_threads())} threads";

    private static string SoftwareHere => $"{RuntimeInformation.FrameworkDescription}, TorchSharp {torch.__version__}";

    /// <summary>As Linux calls it; elsewhere its architecture.</summary>
    private static string ProcessorName
    {
        get
        {
            const string Path = "/proc/cpuinfo", Key = "model name";
            string? line = File.Exists(Path)
                ? File.ReadLines(Path).FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal))
                : null;
            return line is null ? $"CPU, {RuntimeInformation.ProcessArchitecture}" : line[(line.IndexOf(':') + 1)..]
                .Trim();
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="JsonException">The text is no description.</exception>
    public static RunDescription FromJson(string json) =>
        JsonSerializer.Deserialize<RunDescription>(json, Json) ?? throw new JsonException("The description is null.");
}
