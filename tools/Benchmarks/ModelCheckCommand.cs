using System.CommandLine;
using System.Globalization;
using SoftPool.Execution;
using SoftPool.Kernels;
using SoftPool.Trainer;
using SoftPool.Trainer.Networks;

namespace SoftPool.Benchmarks;

/// <summary>How far the model of predict is from devices that are there. The device stands in the table of GPUs with
/// the rates that are measured first: multiply-adds, bytes of its memory and of its cache, what a launch costs. Of its
/// compiler nothing is taken, so that each product counts as on a GPU whose driver shows no assembly.</summary>
internal static class ModelCheckCommand
{
    // Enough for every launch to begin at once: a driver on a CPU has no registers to run out of.
    private const double Room = 1024;
    private const int Runs = 5;
    private const long CachedBytes = 1 << 20;
    // Launches that take less of a network's time tell of the clock.
    private const double LeastShare = 0.01;

    public static Command Create()
    {
        var networks = new Option<string[]>("--networks")
        {
            Description = "The networks of the catalog.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["resnet18"],
        };
        var batches = new Option<int[]>("--batch")
        {
            Description = "The batches.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1, 8],
        };
        var variants = new Option<string[]>("--variants")
        {
            Description = "Kernels of convolutions to force, one after the other.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["gemm128", "gemm64", "gemm32"],
        };
        var cache = new Option<double>("--cache")
        {
            Description = "Megabytes of the device's last cache.",
            DefaultValueFactory = _ => 16,
        };
        var command = new Command(
            "model-check", "Compares the predictions of the model with what devices here take, as a table in Markdown.")
        {
            networks, batches, variants, cache,
        };
        command.SetAction(parse =>
        {
            Row("device", "network", "kernels", "batch", "ms", "predicted", "ms / predicted", "launches, 10 to 90 %");
            Row([.. Enumerable.Repeat("---", 8)]);
            foreach (GpuDevice device in Machine.OpenDevices(cacheFolder: ""))
                using (device)
                {
                    // The clock and the schedulers of a GPU do not follow from its rates.
                    if (device.Info.Kind != GpuKind.Cpu)
                        throw new UserErrorException(
                            $"model-check takes drivers that run on a CPU; {device.Info.Name} is a GPU. Choose some "
                            + "with the environment variable DRIVERS.");
                    TargetGpu here = Measure(device, parse.GetValue(cache));
                    foreach (string network in parse.GetRequiredValue(networks))
                        foreach (string variant in parse.GetRequiredValue(variants))
                            foreach (int batch in parse.GetRequiredValue(batches))
                                Check(device, here, network, variant, batch);
                }
        });
        return command;
    }

    /// <summary>The device as a row of the table of GPUs.</summary>
    private static TargetGpu Measure(GpuDevice device, double cacheMegabytes)
    {
        DevicePeak memory = DevicePeak.Measure(device), cache = DevicePeak.Measure(device, CachedBytes);
        DeviceTraits traits = device.Vulkan.Traits;
        int units = traits.Units > 0 ? traits.Units : Environment.ProcessorCount;
        var small = new ModelGraph("launch", new TensorShape(64), [new Layer("0", new Operators.Tanh())]);
        using InferenceSession session =
            device.CreateSession(SeededModel.Create(small, Preprocessing.ImageNet), default);
        using Profiler profiler = session.CreateProfiler();
        double launch = Enumerable.Range(0, 10 * Runs)
            .Min(_ => profiler.Run(new float[64])[^1].DeviceTime.TotalMicroseconds);
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{device.Info.Name}: {memory.GigaflopsPerSecond:F0} GFLOP/s, {memory.GigabytesPerSecond:F1} GB/s of "
            + $"memory, {cache.GigabytesPerSecond:F1} GB/s of cache, {launch:F1} us a launch."));
        return new TargetGpu(
            Machine.RunnerOf(device.Info), "", units, traits.Units, Schedulers: 1, traits.SubgroupSize,
            memory.GigaflopsPerSecond / 2 / units / traits.SubgroupSize, memory.GigabytesPerSecond,
            Math.Max(memory.GigabytesPerSecond, cache.GigabytesPerSecond), cacheMegabytes, LatencyNanoseconds: 0, launch);
    }

    private static void Check(GpuDevice device, TargetGpu here, string network, string variant, int batch)
    {
        Model model = SeededModel.Create(NetworkCatalog.Create(network, classes: 1000), Preprocessing.ImageNet);
        using var session = new InferenceSession(
            device, model, new SessionOptions(Batch: batch), new VariantChoice(Forced: variant));
        using Profiler profiler = session.CreateProfiler();
        IReadOnlyList<KernelLaunch> launches = session.Plan.Launches;
        var figures = new KernelsFigures(Registers: 0, Room, Instructions: 0, Stores: 0, Reloads: 0);
        int parts = BatchPart.Of(batch, session.Plan.Batch).Length;
        double[] predicted = [.. launches.Select(launch => 1e-3 * (here.LaunchMicroseconds
            + LaunchPrediction.Of(here, launch, figures, mainLoop: null, here.Lanes).Time) * parts)];
        var input = new float[batch * model.Graph.InputShape.ElementCount];
        Verification.CertificateInput.Draw(1, input);
        _ = profiler.Run(input); // the driver may compile
        double[][] runs = [.. Enumerable.Range(0, Runs).Select(_ => TimesOf(profiler.Run(input)))];
        double[] measured = [.. launches.Select((_, launch) => runs.Min(run => run[launch]))];
        double[] ratios =
        [
            .. measured.Zip(predicted).Where(pair => pair.First > LeastShare * measured.Sum())
                .Select(pair => pair.First / pair.Second).Order(),
        ];
        Row(
            here.Name, network, variant, $"{batch}", Text(measured.Sum()), Text(predicted.Sum()),
            Text(measured.Sum() / predicted.Sum()),
            $"{Text(ratios[ratios.Length / 10])} to {Text(ratios[ratios.Length * 9 / 10])}");

        // A batch may go through the device in parts, each of which makes all launches.
        double[] TimesOf(IReadOnlyList<LaunchProfile> profile)
        {
            var times = new double[launches.Count];
            int at = 0;
            foreach (LaunchProfile launch in profile.Where(launch => launch.Layer != "input"))
                times[at++ % launches.Count] += launch.DeviceTime.TotalMilliseconds;
            return times;
        }

        static string Text(double value) => value.ToString(value < 10 ? "F2" : "F0", CultureInfo.InvariantCulture);
    }

    private static void Row(params string[] cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
}
