using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Distributed;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.StateDicts;
using SoftPool.Trainer.Training;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>Trains a network and keeps what comes of it in a run's folder.</summary>
internal static class TrainCommand
{
    /// <summary>The value of --resume that begins or continues.</summary>
    private const string Auto = "auto";

    private static readonly TrainingOptions Defaults = new();

    private static readonly Option<string> Network = SharedOptions.Network, Data = SharedOptions.DataToTrainOn;
    private static readonly Option<Size2d?> ImageSize = SharedOptions.ImageSize;
    private static readonly Option<string?> Output =
        new("--output", "-o") { Description = "The run's folder. Default: runs/NETWORK." };
    private static readonly Option<string?> Resume = new("--resume")
    {
        Description =
            "Continues the training in this folder, with the options that it was started with; a larger "
            + "--epochs makes it longer. auto: begins the training in --output, or continues it if it was begun by the "
            + "same command.",
    };
    private static readonly Option<TimeSpan?> CheckpointEvery = new("--checkpoint-every")
    {
        Description = "Writes a checkpoint this often beside those at the ends of epochs: 30s, 10m, 2h.",
        CustomParser = ReadTime,
    };
    private static readonly Option<bool> Profile =
        new("--profile") { Description = "Tells in the end where the time of a step went." };
    private static readonly Option<Precision> Wire = new("--wire")
    {
        Description = "Of several processes, what gradients are rounded to on the way between them: fp32 or bf16.",
        DefaultValueFactory = _ => Defaults.Wire,
    };
    private static readonly Option<bool> SynchronizeNorms = new("--sync-batch-norm")
    {
        Description = "Of several processes, takes the statistics of batch norms over the whole batch. Default: each "
            + "process over its part of it.",
    };
    private static readonly Option<bool> Overwrite =
        new("--overwrite") { Description = "Starts again if the folder already holds a training." };
    private static readonly Option<int> Epochs =
        SharedOptions.Positive("--epochs", "The number of passes over the training set.", Defaults.Epochs);
    private static readonly Option<int> Steps =
        new("--steps") { Description = "The number of steps, instead of --epochs." };
    private static readonly Option<int> Batch = SharedOptions.Batch(Defaults.BatchSize);
    private static readonly Option<int> Accumulate = SharedOptions.Positive(
        "--accumulate",
        "The pieces in which a batch is computed, one after the other: less memory for the same gradients. Batch norms "
            + "take the statistics of each piece.", Defaults.Accumulate);
    private static readonly Option<double> LearningRate =
        Number("--lr", "Adam's highest learning rate.", Defaults.LearningRate);
    private static readonly Option<double> WeightDecay =
        Number("--weight-decay", "The L2 weight decay.", Defaults.WeightDecay);
    private static readonly Option<double> LabelSmoothing =
        Number("--label-smoothing", "The part of the target that is spread over all classes.", Defaults.LabelSmoothing);
    private static readonly Option<int> WarmUp =
        new("--warm-up") { Description = "The number of steps over which the learning rate rises." };
    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "Seeds weights, order, augmentation and dropout.",
        DefaultValueFactory = _ => Defaults.Seed,
    };
    private static readonly Option<Precision> InPrecision = new("--precision")
    {
        Description = "The precision in which the layers compute. Weights, SoftPool's sums, loss and "
            + "optimiser stay in fp32.",
        DefaultValueFactory = _ => Defaults.Precision,
    };
    private static readonly Option<string?> Device = new("--device")
    {
        Description = "cpu or cuda. Default: cuda if torch has it.",
    };
    private static readonly Option<int> Threads =
        new("--threads") { Description = "The number of threads on the CPU. Default: torch's own choice." };
    private static readonly Option<string?> Weights = new("--weights")
    {
        Description = "Begins with the weights of a model, or of a run's best epoch, instead of random ones, and with "
            + "its network unless --network is given; or with a file of weights for --network, of the kinds that "
            + "export takes. For other classes the last layer is a new one.",
    };
    private static readonly Option<string?> Key = SharedOptions.Key;
    private static readonly Option<string[]> Ignore = SharedOptions.Ignore;
    private static readonly Option<string[]> Freeze = new("--freeze")
    {
        Description = "Keeps parameters of --weights as they are, by their names, such as features.*; * stands for any "
            + "letters, ? for one. A batch norm whose statistics are among them computes with those.",
        AllowMultipleArgumentsPerToken = true,
    };
    private static readonly Option<double?> NewLearningRate = new("--new-lr")
    {
        Description = "Adam's highest learning rate for the new last layer. Default: that of --lr.",
    };
    private static readonly ResizeArguments Resizing = new();
    private static readonly AugmentationArguments Augmentation = new();

    public static Command Create()
    {
        var command =
            new Command("train", "Trains a network with torch: on CUDA where it is available, else on the CPU.")
        {
            Network, Data, ImageSize, Output, Resume, Overwrite, Weights, Key, Ignore, Freeze, NewLearningRate,
            Epochs, Steps, Batch, Accumulate, LearningRate, WeightDecay, LabelSmoothing, WarmUp,
            Seed, InPrecision, Device, Threads, CheckpointEvery, Profile, Wire, SynchronizeNorms,
        };
        Resizing.AddTo(command);
        Augmentation.AddTo(command);
        command.SetAction((parse, cancel) =>
        {
            Allocator.KeepBigBlocks();
            Join(parse, cancel); // on the program's first thread: see Allocator
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>Trains, together with the other processes that a launcher has started.</summary>
    private static void Join(ParseResult parse, CancellationToken cancel)
    {
        using Communicator? processes = Communicator.Start(Environment.GetEnvironmentVariable);
        // The first process speaks for all.
        if (processes is { Rank: > 0 })
            AnsiConsole.Console = AnsiConsole.Create(
                new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) });
        try
        {
            Execute(
                parse, new RunControl(processes, parse.GetValue(CheckpointEvery), parse.GetValue(Profile)), cancel);
        }
        catch (Exception e) when (processes is { FailsTogether: false } && CommandLine.IsExpected(e))
        {
            processes.Abort(CommandLine.Report(e, $"process {processes.Rank} of {processes.Size}: "));
        }
        catch (Exception e) when (processes is { FailsTogether: true })
        {
            if (e is OperationCanceledException)
                CommandLine.IsTerminated = processes.Largest(CommandLine.IsTerminated ? 1 : 0)[0] > 0;
            if (processes.Rank > 0)
                Console.SetError(TextWriter.Null);
            throw;
        }
    }

    private static void Execute(ParseResult parse, RunControl how, CancellationToken cancel)
    {
        if (IsGiven(parse, Steps) && IsGiven(parse, Epochs))
            throw new UserErrorException("--steps and --epochs both set the length of the training; give one of them.");
        if (IsGiven(parse, Steps) && parse.GetValue(Steps) < 1)
            throw new UserErrorException($"--steps takes a whole number of at least 1; got {parse.GetValue(Steps)}.");
        if (parse.GetValue(Resume) is { } resumed and not Auto)
            Continue(parse, new RunFolder(resumed), how, cancel);
        else
            Begin(parse, how, cancel);
    }

    private static void Begin(ParseResult parse, RunControl how, CancellationToken cancel)
    {
        Option[] ofWeights = [Freeze, NewLearningRate, Key, Ignore];
        if (parse.GetValue(Weights) is null && ofWeights.Any(option => IsGiven(parse, option)))
            throw new UserErrorException(
                "--freeze, --new-lr, --key and --ignore are for a training that begins with --weights.");
        StartingWeights? start = parse.GetValue(Weights) is { } weights
            ? StartingWeights.Read(weights, parse.GetValue(Key)) : null;
        string[] ignored = parse.GetValue(Ignore) ?? [];
        if (start?.Model is not null && ignored.Length > 0)
            throw new UserErrorException($"--ignore is for a file of weights; {start.Path} is a model.");
        if (start is { Model: null } && !IsGiven(parse, Network))
            throw new UserErrorException(
                $"{start.Path}, which is no model, needs --network, the network of the weights: "
                + $"{NetworkCatalog.Described}.");
        string network = start?.Model is { } model && !IsGiven(parse, Network)
            ? model.Graph.Name : parse.GetRequiredValue(Network);
        if (!NetworkCatalog.Names.Contains(network) && !IsGiven(parse, Network))
            throw new UserErrorException(
                $"{start!.Path} is of the network '{network}', which train does not have; it has "
                + $"{NetworkCatalog.Described}.");
        string data = parse.GetRequiredValue(Data);
        Resize? resize = Resizing.Read(parse);
        Preprocessing? preprocessing = start?.Model?.Preprocessing;
        if (resize is not null)
            preprocessing = (preprocessing ?? Preprocessing.ImageNet) with { Resize = resize };
        var folder = new RunFolder(parse.GetValue(Output) ?? Path.Combine("runs", network));
        bool auto = parse.GetValue(Resume) is not null;
        if (auto && parse.GetValue(Overwrite))
            throw new UserErrorException("--resume auto and --overwrite contradict each other.");
        TrainingOptions options = OptionsOf(parse);
        options.Check();
        if (auto && folder.HasCheckpoint)
        {
            Checkpoint from = folder.ReadLatest();
            RequireSame(parse, folder, from.Run, network, start, preprocessing, options);
            Continue(parse, folder, from, how, cancel);
            return;
        }
        if (folder.HasRun && !parse.GetValue(Overwrite))
            throw new UserErrorException(
                $"{folder.Path} already holds a training: "
                + $"{(folder.HasLast ? $"--resume {folder.PathInShell} continues it, " : "")}--overwrite starts "
                + "again, another --output keeps it.");
        if (!options.OnCuda && options.Precision.SlowOnThisCpu() is { } reason)
            ConsoleText.Line($"[yellow]slower than fp32 here: {reason}[/]");
        ImageDataset dataset = Datasets.Load(data, parse.GetValue(ImageSize), preprocessing?.Resize, cancel);
        RunDescription run = RunDescription.Of(network, data, dataset, options) with
        {
            ImageSize = parse.GetValue(ImageSize),
            Preprocessing = preprocessing,
        };
        if (start is null)
        {
            TrainingRun.Execute(run, dataset, folder, from: null, cancel, how: how);
            return;
        }
        ModelGraph graph = NetworkCatalog.Create(network, dataset.ClassNames.Count);
        (WeightFit fit, IReadOnlyList<string> fresh) = start.FitTo(
            graph, NetworkCatalog.ParametersOfClasses(network), dataset.ClassNames, ignored);
        var tuning = new FineTuning
        {
            Weights = Path.GetFullPath(start.Path),
            Sha256 = start.Sha256(),
            Freeze = parse.GetValue(Freeze) ?? [],
            NewParameters = fresh,
            NewLearningRate = parse.GetValue(NewLearningRate),
        };
        tuning.Check(graph);
        Say(start, tuning, graph, fit);
        TrainingRun.Execute(run with { FineTuning = tuning }, dataset, folder, from: null, cancel, fit.Weights, how);
    }

    private static TrainingOptions OptionsOf(ParseResult parse) => Defaults with
    {
        Epochs = parse.GetValue(Epochs),
        Steps = parse.GetValue(Steps),
        BatchSize = parse.GetValue(Batch),
        Accumulate = parse.GetValue(Accumulate),
        LearningRate = parse.GetValue(LearningRate),
        WeightDecay = parse.GetValue(WeightDecay),
        LabelSmoothing = parse.GetValue(LabelSmoothing),
        WarmUpSteps = parse.GetValue(WarmUp),
        Seed = parse.GetValue(Seed),
        Precision = parse.GetValue(InPrecision),
        Device = parse.GetValue(Device),
        Threads = parse.GetValue(Threads),
        Wire = parse.GetValue(Wire),
        SynchronizeNorms = parse.GetValue(SynchronizeNorms),
        Augmentation = Augmentation.Read(parse),
    };

    /// <summary>Complains if the training in the folder was begun by another command. Its length may be another, and so
    /// may what it computes on.</summary>
    private static void RequireSame(
        ParseResult parse, RunFolder folder, RunDescription run, string network, StartingWeights? start,
        Preprocessing? preprocessing, TrainingOptions options)
    {
        string Json<T>(T value) => JsonSerializer.Serialize(value, RunDescription.Json);
        string[] wrong =
        [
            .. JsonSerializer.SerializeToNode(options, RunDescription.Json)!.AsObject()
                .Zip(JsonSerializer.SerializeToNode(run.Options, RunDescription.Json)!.AsObject())
                .Where(pair => !JsonNode.DeepEquals(pair.First.Value, pair.Second.Value))
                .Select(pair => pair.First.Key)
                .Except(
                [
                    nameof(options.Epochs), nameof(options.Steps), nameof(options.Device), nameof(options.Threads),
                ]),
            .. network == run.Network ? [] : (string[])["the network"],
            .. DatasetSource.Absolute(parse.GetRequiredValue(Data)) == run.Data ? [] : (string[])["the data"],
            .. parse.GetValue(ImageSize) == run.ImageSize ? [] : (string[])["the image size"],
            .. Json(preprocessing) == Json(run.Preprocessing) ? [] : (string[])["the preprocessing"],
            .. (start is null ? null : Path.GetFullPath(start.Path)) == run.FineTuning?.Weights
                && (parse.GetValue(Freeze) ?? []).SequenceEqual(run.FineTuning?.Freeze ?? [])
                && parse.GetValue(NewLearningRate) == run.FineTuning?.NewLearningRate
                    ? [] : (string[])["the weights that it began with, or what of them stays"],
        ];
        if (wrong.Length > 0)
            throw new UserErrorException(
                $"{folder.Path} holds a training that another command began: {string.Join(", ", wrong)} "
                + $"{(wrong.Length == 1 ? "differs" : "differ")}. --resume {folder.PathInShell} continues it.");
    }

    private static void Say(StartingWeights start, FineTuning tuning, ModelGraph graph, WeightFit fit)
    {
        foreach (string remark in start.Dictionary.Remarks.Concat(fit.Remarks))
            ConsoleText.Line($"{remark}");
        string classes = start.Model is { ClassNames.Count: > 0 } model
            ? $", which are of {model.ClassNames.Count} classes" : "";
        ConsoleText.Line($"begins with {fit.Weights.Count} tensors of {start.Path}{classes}");
        if (tuning.NewParameters.Count > 0)
            ConsoleText.Line(
                $"new for {graph.OutputShape.ElementCount} other classes: {FineTuning.Named(tuning.NewParameters)}");
        foreach (string pattern in tuning.Freeze)
            ConsoleText.Line($"frozen by {pattern}: {FineTuning.Named(FineTuning.Matches(pattern, graph))}");
        if (tuning.Freeze.Count == 0)
            return;
        IReadOnlyCollection<string> frozen = tuning.FrozenIn(graph);
        long values = graph.Parameters.Where(parameter => frozen.Contains(parameter.Name))
            .Sum(parameter => (long)parameter.Shape.ElementCount);
        ConsoleText.Line($"frozen in all: {values:N0} of {graph.ParameterCount:N0} values");
    }

    private static void Continue(ParseResult parse, RunFolder folder, RunControl how, CancellationToken cancel)
    {
        Option[] allowed = [Resume, Data, Device, Threads, Epochs, Steps, CheckpointEvery, Profile];
        string[] given = [.. parse.CommandResult.Command.Options
            .Where(option => !allowed.Contains(option) && IsGiven(parse, option))
            .Select(option => option.Name)];
        if (given.Length > 0)
            throw new UserErrorException(
                $"--resume uses the options that the training was started with; {string.Join(", ", given)} "
                + "cannot be given with it.");
        Continue(parse, folder, folder.ReadLast(), how, cancel);
    }

    private static void Continue(
        ParseResult parse, RunFolder folder, Checkpoint from, RunControl how, CancellationToken cancel)
    {
        TrainingOptions options = from.Run.Options with
        {
            Device = IsGiven(parse, Device) ? parse.GetValue(Device) : from.Run.Options.Device,
            Threads = IsGiven(parse, Threads) ? parse.GetValue(Threads) : from.Run.Options.Threads,
        };
        if (IsGiven(parse, Epochs))
            options = options with { Epochs = parse.GetValue(Epochs), Steps = 0 };
        if (IsGiven(parse, Steps))
            options = options with { Steps = parse.GetValue(Steps) };
        int steps = options.StepsFor(from.Run.TrainImages);
        if (steps < from.State.Step)
            throw new UserErrorException(
                $"{folder.Path} has done {from.State.Step:N0} steps, {Counted(from.State.Epochs.Count)}; it cannot "
                + $"end after {(options.Steps > 0 ? $"--steps {options.Steps}" : $"--epochs {options.Epochs}")}, "
                + $"which is {steps:N0} steps.");
        if (steps == from.State.Step && from.State.EpochSteps == 0)
        {
            string done = Counted(from.State.Epochs.Count);
            ConsoleText.Line($"{folder.Path} is finished: {done}; --epochs M with a larger number makes it longer");
            return;
        }
        RunDescription run = from.Run.GoOn(
            IsGiven(parse, Data) ? parse.GetRequiredValue(Data) : from.Run.FindData(), options, from.State.Step);
        ImageDataset dataset = Datasets.Load(run.Data, run.ImageSize, run.Preprocessing?.Resize, cancel);
        // A training whose best epoch the test images chose, as they did before there was a choice, goes on so.
        if (run.ValidationImages is null)
            dataset = dataset.WithoutValidation();
        if (dataset.Train.Count != run.TrainImages || dataset.Test.Count != run.TestImages
            || !dataset.ClassNames.SequenceEqual(from.Model.ClassNames)
            || (run.DataSha256 is { } digest && digest != dataset.Sha256()))
            throw new UserErrorException(
                $"{folder.Path} was trained on {run.DataName} with {run.TrainImages:N0} and {run.TestImages:N0} "
                + $"images; {run.Data} is another data set: it has {dataset.Train.Count:N0} and "
                + $"{dataset.Test.Count:N0} images, or other classes or pixels.");
        TrainingRun.Execute(run, dataset, folder, from, cancel, how: how);
    }

    private static TimeSpan? ReadTime(ArgumentResult result)
    {
        string value = result.Tokens.Single().Value;
        double? unit = value.Length > 1 ? value[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => null } : null;
        if (unit is { } seconds && int.TryParse(
            value[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0)
            return TimeSpan.FromSeconds(number * seconds);
        if (value.Trim().Length > 0) // Empty values are refused alike for all options.
            result.AddError($"--checkpoint-every takes a whole number with s, m or h, such as 10m; got {value}.");
        return null;
    }

    private static string Counted(int epochs) => epochs == 1 ? "1 epoch" : $"{epochs} epochs";

    private static bool IsGiven(ParseResult parse, Option option) => parse.GetResult(option) is { Implicit: false };

    private static Option<double> Number(string name, string description, double value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };
}
