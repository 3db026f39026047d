using System.CommandLine;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Files;
using SoftPool.Trainer.Reports;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>Runs a model on one input: a picture, or an array as NumPy writes it.</summary>
internal static class RunCommand
{
    private const int RankedClasses = 5;

    public static Command Create()
    {
        Argument<string> model = SharedOptions.Model;
        var input = new Argument<string>("input")
        {
            Description = "A picture (.jpg, .png, .webp, .bmp), or a .npy array of float32: (C, H, W) or (N, C, H, W), "
                + "already preprocessed.",
        };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "The .npy file for the logits, (N, classes). Without it, a table ranks the classes.",
        };
        var value = new Option<string?>("--output-value")
        {
            Description = "The name of the output to rank or write, if the network has several. Default: the first.",
        };
        Option<int> batch = SharedOptions.Batch(32);
        Option<string?> device = SharedOptions.Device;
        var command =
            new Command("run", "Runs a model on a picture or an array.") { model, input, output, value, batch, device };
        command.SetAction(parse => Execute(
            Model.Load(parse.GetRequiredValue(model)), parse.GetRequiredValue(input), parse.GetValue(output),
            parse.GetValue(value), parse.GetValue(batch), parse.GetValue(device)));
        return command;
    }

    private static void Execute(
        Model model, string inputPath, string? outputPath, string? value, int batch, string? device)
    {
        ModelGraph graph = model.Graph;
        if (graph.Inputs.Count > 1)
            throw new UserErrorException(
                $"run takes one picture or array, and '{graph.Name}' has the inputs "
                + $"{string.Join(", ", graph.Inputs.Select(each => each.Name))}: run it in a program.");
        int chosen = value is null ? 0 : graph.Outputs.Select(each => each.Name).ToList().IndexOf(value);
        if (chosen < 0)
            throw new UserErrorException(
                $"'{graph.Name}' has no output {value}; it has "
                + $"{string.Join(", ", graph.Outputs.Select(each => each.Name))}.");
        if (outputPath is not null)
            OutputFile.Check(outputPath);
        bool isArray = Path.GetExtension(inputPath).Equals(".npy", StringComparison.OrdinalIgnoreCase);
        (float[] input, int items) = isArray ? ReadArray(model, inputPath) : ([], 1);
        Image[] pictures = isArray ? [] : [PictureDecoder.DecodePicture(File.ReadAllBytes(inputPath), inputPath)];
        using GpuDevice gpu = GpuDevice.Create(device);
        using InferenceSession session = gpu.CreateSession(
            model, new SessionOptions { Batch = Math.Min(items, batch) });
        int[] lengths = [.. graph.Outputs.Select(each => each.Shape.ElementCount)];
        float[][] outputs = [.. lengths.Select(length => new float[items * length])];
        int itemLength = graph.InputShape.ElementCount;
        if (!isArray)
            session.Run(pictures, Part(0, 1));
        else
            for (int first = 0; first < items; first += batch)
            {
                int count = Math.Min(batch, items - first);
                session.Run([input.AsMemory(first * itemLength, count * itemLength)], Part(first, count));
            }

        float[] logits = outputs[chosen];
        int classes = lengths[chosen];
        if (graph.Outputs.Count > 1)
            ConsoleText.Line(
                $"output {graph.Outputs[chosen].Name}, {graph.Outputs[chosen].Shape}, of {LayerTable.Outputs(graph)}");
        if (outputPath is not null)
            NpyFile.Write(outputPath, new Tensor(new TensorShape(items, classes), logits));
        else
            for (int i = 0; i < items; i++)
                PrintRanking(
                    chosen == 0 ? model.ClassNames : [], logits.AsSpan(i * classes, classes),
                    $"{Path.GetFileName(inputPath)}, {gpu.Info.Name}");

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

    private static void PrintRanking(IReadOnlyList<string> names, ReadOnlySpan<float> logits, string title)
    {
        float largest = float.NegativeInfinity;
        foreach (float logit in logits)
            largest = MathF.Max(largest, logit);
        double[] exponentials = [.. logits.ToArray().Select(logit => Math.Exp(logit - largest))];
        double total = exponentials.Sum();

        ConsoleText.Line($"[bold]{title}[/]");
        var table = new Table().Border(TableBorder.Simple).AddColumn("class")
            .AddColumn(new TableColumn("probability").RightAligned())
            .AddColumn(new TableColumn("logit").RightAligned());
        foreach (int i in
            Enumerable.Range(0, exponentials.Length).OrderByDescending(i => exponentials[i]).Take(RankedClasses))
            table.AddRow(
                ConsoleText.Escape(names.Count > 0 ? names[i] : $"{i}"),
                $"{exponentials[i] / total:P1}",
                $"{logits[i]:F3}");
        AnsiConsole.Write(table);
    }
}
