using System.CommandLine;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Files;
using SoftPool.Trainer.Reports;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>Runs a model on one input, a picture or an array as NumPy writes it, or on a whole list of
/// pictures.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        Argument<string> model = SharedOptions.Model;
        var input = new Argument<string?>("input")
        {
            Description = "A picture (.jpg, .png, .webp, .bmp), or a .npy array of float32: (C, H, W) or (N, C, H, W), "
                + "already preprocessed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var list = new Option<string?>("--list")
        {
            Description = "In place of the input: many pictures, in a folder or a .tar, .tar.gz or .tgz, or a text file "
                + "with a path a line. The same command continues a run that was interrupted.",
        };
        Option<string?> shard = SharedOptions.Shard("list");
        Option<int> maxErrors = SharedOptions.NotNegative(
            "--max-errors", "How many pictures of the part may be unreadable before the run ends.", 100);
        Option<int> top = SharedOptions.Positive("--top", "How many of the likeliest classes are listed.", 5);
        var output = new Option<string?>("--output", "-o")
        {
            Description = "The .npy file for the output, (N, its shape). Without it, a table ranks the classes. With "
                + "--list: the folder for the results, a .csv and a .npy file for each part.",
        };
        var value = new Option<string?>("--output-value")
        {
            Description = "The name of the output to rank or write, if the network has several. Default: the first.",
        };
        Option<int> batch = SharedOptions.Batch(32);
        Option<bool> fp16 = SharedOptions.Fp16;
        Option<string?> device = SharedOptions.Device;
        device.Description += " With --list also: all, for all GPUs at once.";
        var command = new Command("run", "Runs a model on a picture, an array, or a list of pictures.")
        {
            model, input, list, shard, maxErrors, top, output, value, batch, fp16, device,
        };
        command.Validators.Add(result =>
        {
            bool hasList = result.GetValue(list) is not null;
            if (hasList == result.GetValue(input) is not null)
                result.AddError("run takes a picture or an array, or a --list of pictures.");
            if (hasList && result.GetValue(output) is null)
                result.AddError("run --list needs --output, the folder for the results.");
            if (!hasList)
                foreach (Option option in (Option[])[shard, maxErrors])
                    if (result.GetResult(option) is { Implicit: false })
                        result.AddError($"{option.Name} goes with --list.");
        });
        command.SetAction((parse, cancel) =>
        {
            string path = parse.GetRequiredValue(model);
            // A pipe gives a model once, and its hash is to be taken too.
            if (parse.GetValue(list) is not null)
                RegularFile.Check(path);
            Model loaded = Model.Load(path);
            int chosen = OutputOf(loaded.Graph, parse.GetValue(value));
            var options = new SessionOptions { Batch = parse.GetValue(batch), Fp16 = parse.GetValue(fp16) };
            if (parse.GetValue(list) is { } pictures)
                new ListRun(
                    path, pictures, parse.GetValue(shard), parse.GetRequiredValue(output)!, parse.GetValue(device),
                    options, parse.GetValue(top), parse.GetValue(maxErrors)).Execute(loaded, chosen, cancel);
            else
                Execute(
                    loaded, parse.GetRequiredValue(input)!, parse.GetValue(output), chosen, parse.GetValue(top), options,
                    parse.GetValue(device), cancel);
            return Task.CompletedTask;
        });
        return command;
    }

    /// <summary>The place of an output; the network has one input, and as many outputs as it likes.</summary>
    private static int OutputOf(ModelGraph graph, string? value)
    {
        if (graph.Inputs.Count > 1)
            throw new UserErrorException(
                $"run takes one picture or array, and '{graph.Name}' has the inputs "
                + $"{string.Join(", ", graph.Inputs.Select(each => each.Name))}: run it in a program.");
        int chosen = value is null ? 0 : graph.Outputs.Select(each => each.Name).ToList().IndexOf(value);
        return chosen >= 0
            ? chosen
            : throw new UserErrorException(
                $"'{graph.Name}' has no output {value}; it has "
                + $"{string.Join(", ", graph.Outputs.Select(each => each.Name))}.");
    }

    private static void Execute(
        Model model, string inputPath, string? outputPath, int chosen, int top, SessionOptions options, string? device,
        CancellationToken cancel)
    {
        ModelGraph graph = model.Graph;
        if (outputPath is not null)
            OutputFile.Check(outputPath);
        bool isArray = Path.GetExtension(inputPath).Equals(".npy", StringComparison.OrdinalIgnoreCase);
        (float[] input, int items) = isArray ? ReadArray(model, inputPath) : ([], 1);
        Image[] pictures = isArray
            ? [] : [PictureDecoder.DecodePicture(RegularFile.ReadAllBytes(inputPath), inputPath)];
        using GpuDevice gpu = GpuDevice.Create(device);
        int batch = Math.Min(items, options.Batch);
        using InferenceSession session = gpu.CreateSession(model, options with { Batch = batch });
        int[] lengths = [.. graph.Outputs.Select(output => output.Shape.ElementCount)];
        float[][] outputs = [.. lengths.Select(length => new float[items * length])];
        int itemLength = graph.InputShape.ElementCount;
        if (!isArray)
            session.Run(pictures, Part(0, 1));
        else
            for (int first = 0; first < items; first += batch)
            {
                cancel.ThrowIfCancellationRequested();
                int count = Math.Min(batch, items - first);
                session.Run([input.AsMemory(first * itemLength, count * itemLength)], Part(first, count));
            }

        float[] logits = outputs[chosen];
        int classes = lengths[chosen];
        if (graph.Outputs.Count > 1)
            ConsoleText.Line(
                $"output {graph.Outputs[chosen].Name}, {graph.Outputs[chosen].Shape}, of {LayerTable.Outputs(graph)}");
        if (outputPath is not null)
            NpyFile.Write(
                outputPath, new Tensor(new TensorShape([items, .. graph.Outputs[chosen].Shape.Extents]), logits));
        else
            for (int i = 0; i < items; i++)
                PrintRanking(
                    chosen == 0 ? model.ClassNames : [], logits.AsSpan(i * classes, classes), top,
                    $"{Path.GetFileName(inputPath)}, {gpu.Info.Name}", Ranking.Of(graph, chosen));

        Memory<float>[] Part(int first, int count) =>
            [.. outputs.Zip(lengths, (output, length) => output.AsMemory(first * length, count * length))];
    }

    private static (float[] Input, int Items) ReadArray(Model model, string path)
    {
        TensorShape shape = model.Graph.InputShape;
        Tensor array = NpyFile.Read(path);
        bool isBatch = array.Shape.Rank == shape.Rank + 1;
        if (array.Shape.Extents[(isBatch ? 1 : 0)..].SequenceEqual(shape.Extents))
            return (array.Data.ToArray(), isBatch ? array.Shape[0] : 1);
        throw new ShapeMismatchException(
            $"'{model.Graph.Name}' takes arrays of {shape} or Nx{shape}; {path} holds {array.Shape}.");
    }

    private static void PrintRanking(
        IReadOnlyList<string> names, ReadOnlySpan<float> values, int top, string title, Ranking ranking)
    {
        ConsoleText.Line($"[bold]{title}[/]");
        var table = new Table().Border(TableBorder.Simple).AddColumn("class");
        string[] columns = ranking.Kind switch
        {
            OutputKind.Probabilities => ["probability"],
            OutputKind.Numbers => ["value"],
            _ => ["probability", "logit"],
        };
        foreach (string column in columns)
            table.AddColumn(new TableColumn(column).RightAligned());
        double[] probabilities = ranking.Probabilities(values);
        foreach (int i in Ranking.Best(values, top))
            table.AddRow(
            [
                ConsoleText.Escape(names.Count > 0 ? names[i] : $"{i}"),
                .. ranking.Kind switch
                {
                    OutputKind.Probabilities => [$"{probabilities[i]:P1}"],
                    OutputKind.Numbers => [$"{values[i]:G6}"],
                    _ => (string[])[$"{probabilities[i]:P1}", $"{values[i]:F3}"],
                },
            ]);
        AnsiConsole.Write(table);
    }
}
