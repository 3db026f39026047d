using System.CommandLine;
using System.Globalization;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Trainer;
using SoftPool.Trainer.Networks;
using SoftPool.Vulkan;
using Spectre.Console;

namespace SoftPool.Benchmarks;

/// <summary>Predicts how long networks take on GPUs that are not there: a model, and no measurement. Runs on a device
/// of tools/gpu-compilers.sh, whose compiler tells what becomes of the kernels.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var compiler = new Option<string>("--compiler")
        {
            Description = "The GPU of tools/gpu-compilers.sh that this is: for those it stands in for.",
            Required = true,
        };
        var networks = new Option<string[]>("--networks")
        {
            Description = "The networks: of the catalog, or model files (.safetensors), such as imported ones.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["alexnet-softpool", "resnet18"],
        };
        var batches = new Option<int[]>("--batch")
        {
            Description = "The batches.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1, 8, 64],
        };
        var variants = new Option<bool>("--variants")
        {
            Description = "Compares the chosen kernels with the ones that the model would take, layer by layer; "
                + $"fails where a network takes more than {LargestLoss} times the model's choice.",
        };
        var output = new Option<string?>("--output", "-o") { Description = "Where to write every prediction as JSON." };
        var launches = new Option<bool>("--launches") { Description = "A line for each launch." };
        var command = new Command(
            "predict", "Predicts the time of networks on GPUs that are not there, by a model: not a measurement.")
        {
            compiler, networks, batches, variants, output, launches,
        };
        command.SetAction(parse =>
        {
            NetworkPrediction[][] all = [.. Predict(
                parse.GetRequiredValue(compiler), parse.GetRequiredValue(networks),
                parse.GetRequiredValue(batches), parse.GetValue(variants))];
            NetworkPrediction[] chosen = [.. all.Select(one => one[0])];
            Print(chosen, parse.GetValue(launches), AnsiConsole.Console);
            if (parse.GetValue(output) is { } path)
                Json.Write(path, chosen);
            return parse.GetValue(variants) && !Compare(all, AnsiConsole.Console) ? 1 : 0;
        });
        return command;
    }

    /// <summary>How many times as long as the model's choice the chosen kernels of a network may take.</summary>
    private const double LargestLoss = 1.3;

    /// <summary>The variants that the model compares. It counts the products of matrices, not those of Winograd's
    /// other kernels.</summary>
    private static IEnumerable<string> Variants =>
        Conv2d.Variants.All.Select(variant => variant.Name)
            .Concat(Linear.Variants.All.Select(variant => variant.Name))
            .Where(name => !name.Contains("winograd", StringComparison.Ordinal)
                || name.StartsWith("gemm", StringComparison.Ordinal));

    /// <summary>Each network on each GPU: as chosen, then with each variant forced if they are asked for.</summary>
    private static IEnumerable<NetworkPrediction[]> Predict(
        string compiler, string[] networks, int[] batches, bool variants)
    {
        TargetGpu[] gpus = [.. TargetGpu.All.Where(gpu => gpu.Compiler == compiler)];
        if (gpus.Length == 0)
            throw new UserErrorException(
                $"{compiler} stands in for no GPU, only: "
                + $"{string.Join(", ", TargetGpu.All.Select(gpu => gpu.Compiler).Distinct())}.");
        using GpuDevice gpu = KernelsCommand.Open();
        // As in KernelsCommand: one pipeline lives as long as others are made.
        var compiled = new Dictionary<string, CompiledKernel>();
        PipelineStore.Lease? kept = null;
        try
        {
            foreach (TargetGpu target in gpus)
                foreach (string network in networks)
                    foreach (int batch in batches)
                        foreach (bool fp16 in (bool[])[false, true])
                        {
                            ModelGraph graph = network.EndsWith(".safetensors", StringComparison.Ordinal)
                                ? Model.Load(network).Graph : NetworkCatalog.Create(network, classes: 1000);
                            PlanOptions options = PlanOptions.Of(
                                new SessionOptions(Fp16: fp16, Batch: batch),
                                target.ReportedUnits > 0
                                    ? gpu.Vulkan.Traits with { Units = target.ReportedUnits } : gpu.Vulkan.Traits,
                                gpu.Vulkan.Physical.LargestOperand);
                            var predictions = new List<NetworkPrediction>();
                            foreach (string? forced in (string?[])[null, .. variants ? Variants : []])
                            {
                                ExecutionPlan plan = ExecutionPlan.Create(
                                    graph, name => throw new InvalidOperationException($"Planning asked for {name}."),
                                    options with { Variants = new VariantChoice(Forced: forced) });
                                kept ??= gpu.Vulkan.Pipelines.Take(plan.Launches[0]);
                                predictions.Add(NetworkPrediction.Of(
                                    target, graph, batch, fp16, plan, Compiled, gpu.Vulkan.Pipelines.AccessOf));
                            }
                            yield return [.. predictions];
                        }
        }
        finally
        {
            kept?.Dispose();
        }

        CompiledKernel Compiled(KernelLaunch launch)
        {
            string key = $"{launch.Kernel}({string.Join(',', launch.Constants)})";
            if (!compiled.TryGetValue(key, out CompiledKernel? kernel))
                compiled[key] = kernel = CompiledKernel.Compile(gpu.Vulkan, launch, isChosen: true, []);
            return kernel;
        }
    }

    /// <summary>Whether the choice by a device's properties is nowhere much worse than the model's.</summary>
    private static bool Compare(NetworkPrediction[][] all, IAnsiConsole console)
    {
        bool isGood = true;
        foreach (NetworkPrediction[] one in all)
        {
            double launch = TargetGpu.All.First(gpu => gpu.Name == one[0].Gpu).LaunchMicroseconds;
            Func<string, string> groupOf = Together(one);
            var chosen = one[0].Layers(launch, groupOf);
            var best = one.SelectMany(forced => forced.Layers(launch, groupOf)).GroupBy(layer => layer.Layer)
                .Select(layers => layers.MinBy(layer => layer.Microseconds))
                .ToDictionary(layer => layer.Layer);
            double loss = chosen.Sum(layer => layer.Microseconds) / best.Values.Sum(layer => layer.Microseconds);
            console.WriteLine(
                $"{one[0].Gpu}, {one[0].Network}, batch {one[0].Batch}, {one[0].Bits} bits: the chosen kernels take "
                + $"{Text(loss, 2)} times the time of the model's choice.");
            foreach (var layer in chosen.Where(layer => layer.Microseconds > 1.1 * best[layer.Layer].Microseconds))
                console.WriteLine(
                    $"  {layer.Layer}: {layer.Variant} {Text(layer.Microseconds, 1)} us, "
                    + $"{best[layer.Layer].Variant} {Text(best[layer.Layer].Microseconds, 1)} us");
            isGood &= loss <= LargestLoss;
        }
        return isGood;
    }

    /// <summary>The groups of layers that any of some plans computes together, by the name of one of them.</summary>
    private static Func<string, string> Together(NetworkPrediction[] plans)
    {
        var joined = new Dictionary<string, string>();
        foreach ((string layer, string first) in plans.SelectMany(plan => plan.FirstOf))
            if (Of(layer) != Of(first))
                joined[Of(layer)] = Of(first);
        return Of;

        string Of(string layer) => joined.TryGetValue(layer, out string? other) ? Of(other) : layer;
    }

    private static void Print(NetworkPrediction[] all, bool launches, IAnsiConsole console)
    {
        Table table = new Table().Border(TableBorder.Simple).Title("Predicted by a model, not measured");
        foreach (string column in (string[])["GPU", "network", "batch", "bits"])
            table.AddColumn(column);
        foreach (string column in (string[])["launches", "barriers", "ms", "images/s", "of what is allowed"])
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (NetworkPrediction one in all)
            table.AddRow(
                one.Gpu, one.Network, $"{one.Batch}", $"{one.Bits}", $"{one.Launches.Length}", $"{one.Barriers}",
                Text(one.Milliseconds, 3), Text(one.ImagesPerSecond, 0), Text(100 * one.OfAllowed, 0) + " %");
        console.Write(table);
        foreach (NetworkPrediction one in launches ? all : [])
        {
            Table lines = new Table().Border(TableBorder.Simple)
                .Title($"{one.Gpu}, {one.Network}, batch {one.Batch}, {one.Bits} bits")
                .AddColumn("layer").AddColumn("kernel");
            foreach (string column in (string[])["workgroups", "us", "bound by", "allowed us"])
                lines.AddColumn(new TableColumn(column).RightAligned());
            foreach (NetworkPrediction.Launch launch in one.Launches)
                lines.AddRow(
                    Markup.Escape(launch.Layer), launch.Kernel, $"{launch.Workgroups}", Text(launch.Microseconds, 1),
                    launch.Bound, Text(launch.AllowedMicroseconds, 1));
            console.Write(lines);
        }
    }

    private static string Text(double figure, int digits) =>
        figure.ToString($"F{digits}", CultureInfo.InvariantCulture);
}
