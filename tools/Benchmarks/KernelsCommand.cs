using System.CommandLine;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Trainer;
using SoftPool.Trainer.Networks;
using SoftPool.Vulkan;
using Spectre.Console;

namespace SoftPool.Benchmarks;

/// <summary>Compiles every kernel that networks launch and shows what the driver's compiler says of them. Nothing runs,
/// so a device without hardware will do: tools/gpu-compilers.sh --run.</summary>
internal static class KernelsCommand
{
    private static readonly string[] DefaultNetworks =
        ["alexnet", "alexnet-softpool", "alexnet-softpool-shared", "resnet18", "resnext50"];

    public static Command Create()
    {
        var networks = new Option<string[]>("--networks")
        {
            Description =
                $"The networks whose kernels to compile: {NetworkCatalog.Described}. Default: some "
                + "that launch every kernel.",
            AllowMultipleArgumentsPerToken = true,
        };
        var batches = new Option<int[]>("--batch")
        {
            Description = "The batches to plan for.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1, 16],
        };
        var json = new Option<string?>("--json") { Description = "Where to write every figure of every pipeline." };
        var all = new Option<bool>("--all") { Description = "One line a pipeline, not one a kernel." };
        var scalars = new Option<bool>("--no-scalar-spills")
        {
            Description = "Fails on scalar registers that spill to lanes of vector registers too, and not only on "
                + "what spills to memory.",
        };
        var chosen =
            new Option<bool>("--chosen") { Description = "Only what sessions on this device take by themselves." };
        var summary = new Option<string?>("--summary")
        {
            Description = "Where to write a line for each kernel that sessions take.",
        };
        var baseline = new Option<string?>("--baseline")
        {
            Description = "An earlier summary: what it spills may be spilled, and no more.",
        };
        var texts = new Option<string?>("--texts")
        {
            Description = "A folder for the compiler's texts of every pipeline: assembly, intermediate code.",
        };
        var command = new Command(
            "kernels", "Compiles every kernel of the networks and shows registers, occupancy, spills and "
            + "instructions; fails on a spill.")
        {
            networks, batches, json, all, scalars, chosen, summary, baseline, texts,
        };
        command.SetAction(parse => Execute(
            parse.GetValue(networks) is { Length: > 0 } names ? names : DefaultNetworks,
            parse.GetRequiredValue(batches), parse.GetValue(json), parse.GetValue(all), parse.GetValue(scalars),
            parse.GetValue(chosen), parse.GetValue(summary), parse.GetValue(baseline), parse.GetValue(texts)));
        return command;
    }

    private static int Execute(
        string[] networks, int[] batches, string? json, bool all,
        bool strict, bool chosen, string? summaryFile, string? baselineFile, string? texts)
    {
        KernelsSummary? baseline = baselineFile is null
            ? null
            : Json.Parse<KernelsSummary>(File.ReadAllText(baselineFile), baselineFile);
        using GpuDevice gpu = Open();
        (KernelLaunch Launch, bool IsChosen, string[] Uses)[] launches = [.. Launches(gpu, networks, batches, chosen)];
        CompiledKernel Compile((KernelLaunch Launch, bool IsChosen, string[] Uses) entry) =>
            CompiledKernel.Compile(gpu.Vulkan, entry.Launch, entry.IsChosen, entry.Uses, texts);
        CompiledKernel first = Compile(launches[0]);
        // One pipeline lives as long as others are made: RADV gives its shaders' memory back with the last of them, and
        // Mesa's stand-in for AMD's kernel driver does not, so that its 4 GB would be gone after some 500 pipelines.
        using PipelineStore.Lease kept = gpu.Vulkan.Pipelines.Take(launches[0].Launch);
        IReadOnlyList<CompiledKernel> kernels = [first, .. launches.Skip(1).Select(Compile)];
        CompiledKernelTable.Print(gpu.Info, kernels, all, AnsiConsole.Console);
        if (json is not null)
            Json.Write(json, new { Device = gpu.Info.Name, gpu.Info.Driver, Kernels = kernels });
        KernelsSummary summary = KernelsSummary.Of(gpu.Info, networks, batches, kernels);
        if (summaryFile is not null)
            Json.Write(summaryFile, summary);

        string[] unused = [.. EmbeddedShaders.Names.Except(kernels.Select(kernel => kernel.Kernel)).Order()];
        if (unused.Length > 0)
            AnsiConsole.MarkupLineInterpolated($"No launch of these networks has: {string.Join(", ", unused)}.");
        foreach (CompiledKernel kernel in kernels.Where(kernel => kernel.Spills || kernel.ScalarSpills > 0))
        {
            string memory = $"{kernel.Figures.Stores}/{kernel.Figures.Reloads} to memory";
            string where = $"{kernel.Kernel}({string.Join(',', kernel.Constants)}), {kernel.Layer}";
            AnsiConsole.MarkupLineInterpolated($"[red]spills[/] {memory}, {kernel.ScalarSpills} scalars: {where}");
        }
        // A variant made for other devices may spill here: nothing takes it.
        string[] above = [.. summary.Above(baseline)];
        foreach (string sentence in above)
            Console.Error.WriteLine($"above the baseline: {sentence}.");
        CompiledKernel[] contracted = [.. kernels.Where(kernel => kernel.BreaksStrict)];
        foreach (CompiledKernel kernel in contracted)
            Console.Error.WriteLine(
                $"error: {kernel.Kernel} of {kernel.Layer} has {kernel.FusedMultiplyAdds} fused multiply-adds.");
        return above.Length > 0 || contracted.Length > 0
            || (strict && kernels.Any(kernel => kernel.IsChosen && kernel.ScalarSpills > 0))
                ? 1 : 0;
    }

    internal static GpuDevice Open()
    {
        try
        {
            return GpuDevice.Create(
                options: new GpuDeviceOptions { PipelineCacheFolder = "", InspectPipelines = true });
        }
        catch (VulkanException e) when (e.Message.Contains("ErrorExtensionNotPresent", StringComparison.Ordinal))
        {
            throw new UserErrorException(
                $"The driver has not {PipelineStatistics.Extension}: take one of tools/gpu-compilers.sh.");
        }
    }

    /// <summary>The operators that those networks have not, or only fused into others.</summary>
    private static ModelGraph OtherOperators => new(
        "other operators", new TensorShape(48, 13, 13),
        [
            new Layer("norm", new BatchNorm2d(48)), new Layer("avg", new AvgPool2d(3, 2, 0, CeilMode: false)),
            new Layer("sigmoid", new Sigmoid()), new Layer("multiply", new Multiply(), ["avg", "sigmoid"]),
            new Layer("concat", new Concat(), ["avg", "multiply"]), new Layer("flatten", new Flatten()),
            new Layer("softmax", new Softmax()),
        ]);

    /// <summary>One launch for each pipeline: those that sessions of the networks would make on this device, and those
    /// of the variants that they could be told to take.</summary>
    private static IEnumerable<(KernelLaunch Launch, bool IsChosen, string[] Uses)> Launches(
        GpuDevice gpu, string[] networks, int[] batches, bool chosen)
    {
        VulkanDevice device = gpu.Vulkan;
        ModelGraph[] graphs =
            [.. networks.Select(network => NetworkCatalog.Create(network, classes: 1000)), OtherOperators];
        (string Name, SessionOptions Options)[] numerics =
            [("fp32", new()), ("fp16", new(Fp16: true)), ("strict", new(Numerics: Numerics.Strict))];
        VariantChoice[] choices =
        [
            VariantChoice.Default, .. chosen ? [] : Conv2d.Variants.All.Select(
                variant => new VariantChoice(Forced: variant.Name)),
        ];
        return from choice in choices
               from graph in graphs
               from batch in batches
               from kind in numerics
               where !kind.Options.Fp16 || device.HasFp16Storage
               let options = PlanOptions.Of(
                   kind.Options with { Batch = batch }, device.Traits, device.Physical.LargestOperand)
               from launch in ExecutionPlan.Create(
                   graph, name => throw new InvalidOperationException($"Planning asked for {name}."),
                   options with { Variants = choice }).Launches
               let use = choice == VariantChoice.Default ? $"{graph.Name}/{batch}/{kind.Name}/{launch.Layer}" : null
               group (Launch: launch,
                   Use: use) by $"{launch.Kernel}({string.Join(',', launch.Constants)})" into pipeline
               let uses = pipeline.Select(entry => entry.Use).OfType<string>().ToArray()
               select (pipeline.First().Launch, uses.Length > 0, uses);
    }
}
