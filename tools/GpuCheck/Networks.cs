using System.Diagnostics;

namespace SoftPool.GpuCheck;

/// <summary>Whole networks, end to end.</summary>
internal static class Networks
{
    public static void Run(Check check)
    {
        foreach ((Model model, _) in check.Models)
            foreach (SessionOptions precision in check.Precisions)
                foreach (int batch in check.IsQuick ? (int[])[1] : [1, 8, 64])
                {
                    if (check.IsOver)
                        return;
                    Alone(check, model, precision with { Batch = batch });
                    if (batch == 1)
                        foreach (int runs in (int[])[1, 2, 3, 4])
                            Together(check, model, precision with { MaxConcurrentRuns = runs }, runs, threads: false);
                    if (batch == 1)
                        Together(check, model, precision with { MaxConcurrentRuns = 4 }, 8, threads: true);
                }
    }

    private static void Alone(Check check, Model model, SessionOptions options)
    {
        using InferenceSession session = check.Device.CreateSession(model, options);
        float[] input = new float[options.Batch * model.Graph.InputShape.ElementCount];
        float[] output = new float[options.Batch * model.Graph.OutputShape.ElementCount];
        double time = Check.Median(check.IsQuick ? 3 : 30, () => session.Run(input, output));
        using Profiler profiler = session.CreateProfiler();
        double[] device =
        [
            .. Enumerable.Range(0, check.IsQuick ? 3 : 15).Select(
                _ => profiler.Run(input).Sum(launch => launch.DeviceTime.TotalMilliseconds)).Order(),
        ];
        using MappedInput<float> mapped = session.MapInput<float>();
        check.Rows.Add(
            "networks", $"{model.Graph.Name}, {Check.Name(options)}, batch {options.Batch}", ("ms", time),
            ("ms of kernels", Math.Round(device[device.Length / 2], 4)),
            ("ms, input mapped", Check.Median(check.IsQuick ? 3 : 30, () => mapped.Run(output))),
            ("images/s", Math.Round(1000 * options.Batch / time, 1)), ("parts", options.Batch / session.Plan.Batch),
            ("slowness", Math.Round(check.Device.Vulkan.Slowness, 2)));
    }

    private static void Together(Check check, Model model, SessionOptions options, int callers, bool threads)
    {
        using InferenceSession session = check.Device.CreateSession(model, options);
        float[] input = new float[model.Graph.InputShape.ElementCount];
        TimeSpan limit = TimeSpan.FromSeconds(check.IsQuick ? 0.3 : 2);
        long begin = Stopwatch.GetTimestamp();
        int done = 0;
        Task[] all =
        [
            .. Enumerable.Range(0, callers).Select(_ => threads
                ? Task.Factory.StartNew(Loop, TaskCreationOptions.LongRunning)
                : LoopAsync()),
        ];
        Task.WaitAll(all);
        check.Rows.Add(
            "networks", $"{model.Graph.Name}, {Check.Name(options)}, batch 1, "
                + (threads ? $"{callers} threads" : $"{callers} runs in progress"),
            ("images/s", Math.Round(done / Stopwatch.GetElapsedTime(begin).TotalSeconds, 1)));

        void Loop()
        {
            var output = new float[model.Graph.OutputShape.ElementCount];
            while (Stopwatch.GetElapsedTime(begin) < limit)
            {
                session.Run(input, output);
                Interlocked.Increment(ref done);
            }
        }

        async Task LoopAsync()
        {
            var output = new float[model.Graph.OutputShape.ElementCount];
            while (Stopwatch.GetElapsedTime(begin) < limit)
            {
                await session.RunAsync(input, output);
                Interlocked.Increment(ref done);
            }
        }
    }
}
