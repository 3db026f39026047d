using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using SoftPool.Benchmarks;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Verification;
using SoftPool.Vulkan;

namespace SoftPool.GpuCheck;

/// <summary>What runs in other processes, because the validation layer is chosen at the start, or because it may take
/// the process with it.</summary>
internal static partial class Children
{
    // A submission waits for 20 s, and the process has to start.
    private const int LongestSeconds = 30;

    // What the layer says of itself; without it, silence would prove nothing.
    private const string Active = "Khronos Validation Layer Active";

    /// <summary>All operators, under the layer where the folder has it.</summary>
    public static void RunOperators(Check check)
    {
        string layer = Path.Combine(check.Folder, "layer");
        string settings = Path.Combine(layer, "vk_layer_settings.txt");
        bool hasLayer = File.Exists(Path.Combine(layer, "VkLayer_khronos_validation.json"));
        (int? exit, string output) = Run(check, (int)check.Left.TotalSeconds, $"operators {Math.Round(0.8 * check.Left.TotalSeconds)}", hasLayer
            ?
            [
                ("VK_INSTANCE_LAYERS", "VK_LAYER_KHRONOS_validation"), ("VK_LAYER_PATH", layer),
                ("VK_LAYER_SETTINGS_PATH", settings),
            ]
            : []);
        foreach (string line in output.Split('\n').Where(line => line.StartsWith("case ", StringComparison.Ordinal)))
            check.Rows.Add("operators", line[5..], ("problem", "differs from the reference"));
        foreach (IGrouping<string, Match> message in Messages().Matches(output).GroupBy(match => match.Value).Take(50))
            check.Rows.Add("operators", message.Key, ("times", message.Count()), ("problem", "said the layer"));
        check.Rows.Add(
            "operators", output.Split('\n').LastOrDefault(line => line.StartsWith("done ", StringComparison.Ordinal))
                ?? "not done in time",
            ("under the layer", output.Contains(Active, StringComparison.Ordinal)),
            ("problem", exit is null or 0 ? "" : $"it ended with {exit}: {Tail(output)}"));
    }

    /// <summary>Long launches, and the endless one last.</summary>
    public static void LoseDevice(Check check)
    {
        foreach (int seconds in check.IsQuick ? (int[])[1] : [1, 2, 4, 8])
        {
            if (check.Left.TotalSeconds < 2 * LongestSeconds)
                break; // The endless one says more.
            (int? exit, string output) = Run(check, LongestSeconds, $"long {seconds}", []);
            check.Rows.Add(
                "lost", $"a launch of about {seconds} s", ("result", Tail(output)),
                ("exit", exit is null ? "it was ended" : $"{exit}"));
        }
        (int? lost, string said) = Run(check, LongestSeconds, "endless", []);
        check.Rows.Add(
            "lost", "a launch that never ends", ("result", Tail(said)),
            ("exit", lost is null ? "it was ended" : $"{lost}"));
        try
        {
            using GpuDevice again = GpuDevice.Create(check.Selector, new GpuDeviceOptions { PipelineCacheFolder = "" });
            bool passes = Differences(again, OperatorCases.All.Where(row => row.IsSelfTest).Take(10)).Count == 0;
            check.Rows.Add(
                "lost", "a new device afterwards", ("result", passes ? "it computes" : "it gives other numbers"),
                ("problem", passes ? "" : "it gives other numbers"));
        }
        catch (SoftPoolException e)
        {
            check.Rows.Add("lost", "a new device afterwards", ("result", e.Message));
        }
    }

    /// <summary>What another process of this program does.</summary>
    public static int Serve(string what, string? selector, bool quick)
    {
        using GpuDevice device = GpuDevice.Create(selector, new GpuDeviceOptions
        {
            PipelineCacheFolder = "",
            SelfTest = false,
            WaitLimit = what.StartsWith("operators", StringComparison.Ordinal) ? default : TimeSpan.FromSeconds(20),
        });
        if (what.Split(' ') is ["operators", var limit])
        {
            TimeSpan most = TimeSpan.FromSeconds(int.Parse(limit, CultureInfo.InvariantCulture));
            long begin = Stopwatch.GetTimestamp();
            IEnumerable<OperatorCase> cases = OperatorCases.All.Where(row => !quick || row.IsSelfTest);
            List<string> differing = Differences(
                device, cases, () => Stopwatch.GetElapsedTime(begin) > most);
            differing.ForEach(line => Console.WriteLine($"case {line}"));
            return 0;
        }
        try
        {
            if (what == "endless")
            {
                using var endless = new PeakLaunch(device.Vulkan, "endless", [], new GroupCount(1));
                Submit(device.Vulkan, endless);
                Console.WriteLine("it ended");
                return 0;
            }
            int seconds = int.Parse(what.Split(' ')[1], CultureInfo.InvariantCulture);
            // One workgroup at first, to learn how long a round takes.
            using var probe = new PeakLaunch(device.Vulkan, "peak_fma", [("ROUNDS", 1 << 16)], new GroupCount(64));
            Submit(device.Vulkan, probe);
            double time = Submit(device.Vulkan, probe);
            int rows = (int)Math.Clamp(seconds / time, 1, GroupCount.Largest);
            using var launch = new PeakLaunch(
                device.Vulkan, "peak_fma", [("ROUNDS", 1 << 16)], new GroupCount(64, rows));
            Console.WriteLine($"it ended after {Submit(device.Vulkan, launch):F2} s");
            return 0;
        }
        catch (DeviceLostException e)
        {
            Console.WriteLine($"DeviceLostException: {e.Message}");
            // The driver may still be at work, and a good end would wait for it.
            Process.GetCurrentProcess().Kill();
            return 2;
        }
    }

    private static double Submit(VulkanDevice device, PeakLaunch launch)
    {
        using var recording = new Submission(device, commands => commands.Dispatch(launch.Bound));
        long begin = Stopwatch.GetTimestamp();
        recording.Submit();
        recording.Wait();
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    /// <summary>The cases whose numbers differ from the reference's, and what they are off by.</summary>
    private static List<string> Differences(
        GpuDevice device, IEnumerable<OperatorCase> cases, Func<bool>? isOver = null)
    {
        var differing = new List<string>();
        int done = 0, refused = 0;
        foreach ((Layer[] layers, TensorShape input, int batch) in cases)
        {
            if (isOver?.Invoke() == true)
                break;
            int channels = input.Rank == 3 ? input[0] : 0;
            Model model = SeededModel.Create(
                new ModelGraph("case", input, layers),
                new Preprocessing(new float[channels], [.. Enumerable.Repeat(1f, channels)]));
            var numbers = new float[batch * input.ElementCount];
            CertificateInput.Draw(7, numbers);
            try
            {
                using InferenceSession session = device.CreateSession(model, new SessionOptions { Batch = batch });
                var output = new float[batch * model.Graph.OutputShape.ElementCount];
                session.Run(numbers, output);
                var comparison = new TensorComparison();
                float[] expected =
                    [.. numbers.Chunk(input.ElementCount).SelectMany(item => ReferenceNetwork.Run(model, item)[^1])];
                comparison.Add(expected, output);
                if (!(comparison.Nmse <= 1e-8))
                    differing.Add($"{layers[^1].Operator} on {batch} x {input}: NMSE {comparison.Nmse:E1}");
                done++;
            }
            catch (DeviceLimitException)
            {
                refused++;
            }
        }
        Console.WriteLine($"done {done} cases, {refused} refused for the device's limits, {differing.Count} differ");
        return differing;
    }

    private static (int? Exit, string Output) Run(
        Check check, int seconds, string what, ReadOnlySpan<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add("--child");
        start.ArgumentList.Add(what);
        if (check.Selector is not null)
        {
            start.ArgumentList.Add("--device");
            start.ArgumentList.Add(check.Selector);
        }
        if (check.IsQuick)
            start.ArgumentList.Add("--quick");
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        bool ended = process.WaitForExit(TimeSpan.FromSeconds(seconds));
        if (!ended)
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        return (ended ? process.ExitCode : null, output.Result + errors.Result);
    }

    private static string Tail(string output) =>
        output.Trim().Split('\n').LastOrDefault(line => line.Length > 0) ?? "";

    [GeneratedRegex(@"Validation (Performance )?(Error|Warning): \[ [^]]*\]")]
    private static partial Regex Messages();
}
