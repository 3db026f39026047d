using System.CommandLine;
using System.Diagnostics;
using SoftPool.Trainer;

namespace SoftPool.Benchmarks;

/// <summary>From a model file to the first result, in a process of its own for each driver: once with no kernel
/// compiled yet, once with those that the first process has left.</summary>
internal static class FirstResultCommand
{
    private const string Name = "first-result";

    /// <summary>What the process itself runs.</summary>
    public static Command Create()
    {
        var model = new Argument<string>("model");
        var device = new Option<string?>("--device");
        var cache = new Option<string>("--cache") { Required = true };
        var kind = new Option<string>("--kind") { Required = true };
        var command = new Command(Name, "Loads a model, computes once and says how long that took.")
        {
            model, device, cache, kind,
        };
        command.Hidden = true;
        command.SetAction(parse => Console.WriteLine(Json.Of(Run(
            parse.GetRequiredValue(model), parse.GetValue(device),
            parse.GetRequiredValue(cache), parse.GetRequiredValue(kind)))));
        return command;
    }

    /// <summary>Starts the processes.</summary>
    public static IEnumerable<StartRow> Measure(Model model)
    {
        string folder = Directory.CreateTempSubdirectory("softpool-first-").FullName;
        try
        {
            string file = Path.Combine(folder, "model.safetensors");
            model.Save(file);
            // One driver a process, so that none pays for loading the others.
            string? drivers = Environment.GetEnvironmentVariable("VK_DRIVER_FILES");
            string[] each = string.IsNullOrEmpty(drivers)
                ? [] : drivers.Split(':', StringSplitOptions.RemoveEmptyEntries);
            (string? Driver, string[] Device)[] starts = each.Length > 0
                ? [.. each.Select(driver => (driver, Array.Empty<string>()))]
                : [.. GpuDevice.Enumerate().Where(device => device.Unsupported is null)
                    .Select(device => ((string?)null, (string[])["--device", $"{device.Index}"]))];
            var rows = new List<StartRow>();
            foreach ((int i, (string? driver, string[] device)) in starts.Index())
                foreach (string kind in (string[])["cold", "warm"])
                    rows.Add(Start(
                        [Name, file, "--cache", Path.Combine(folder, $"cache-{i}"), "--kind", kind, .. device], driver,
                        Path.Combine(folder, $"driver-{i}")));
            return rows;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static StartRow Start(string[] arguments, string? driver, string driverCache)
    {
        string program = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        var start = new ProcessStartInfo(
            program, isHost ? [Path.Combine(AppContext.BaseDirectory, "SoftPool.Benchmarks.dll"), .. arguments]
                : arguments)
        {
            RedirectStandardOutput = true,
        };
        if (driver is not null)
            start.Environment["VK_DRIVER_FILES"] = driver;
        start.Environment["MESA_SHADER_CACHE_DIR"] = driverCache;
        using Process process = Process.Start(start)!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? Json.Parse<StartRow>(text, Name)
            : throw new UserErrorException(
                $"{Name} ended with exit status {process.ExitCode} on {driver ?? "the system's driver"}.");
    }

    private static StartRow Run(string path, string? selector, string cache, string kind)
    {
        using Process process = Process.GetCurrentProcess();
        double begin = SinceStart();
        Model model = Model.Load(path);
        double loaded = SinceStart();
        using GpuDevice device = GpuDevice.Create(selector, new GpuDeviceOptions { PipelineCacheFolder = cache });
        double opened = SinceStart();
        using InferenceSession session = device.CreateSession(model);
        double made = SinceStart();
        session.Run(new float[model.Graph.InputShape.ElementCount], new float[model.Graph.OutputShape.ElementCount]);
        double done = SinceStart();
        process.Refresh();
        return new StartRow(
            Machine.RunnerOf(device.Info), kind, done, loaded - begin, opened - loaded, made - opened, done - made,
            process.PeakWorkingSet64, device.Vulkan.Memory.PeakBytes);

        double SinceStart() => (DateTime.Now - process.StartTime).TotalMilliseconds;
    }
}
