using System.Diagnostics;
using SoftPool.Benchmarks;
using SoftPool.Verification;

namespace SoftPool.GpuCheck;

/// <summary>Networks against what torch computed, and against themselves.</summary>
internal static class Parity
{
    public static void Run(Check check)
    {
        int repeats = check.IsQuick ? 3 : 200;
        foreach ((Model model, string strict) in check.Models)
        {
            foreach (SessionOptions options in check.Precisions)
                foreach (int batch in check.IsQuick ? (int[])[1] : [1, 8])
                {
                    if (check.IsOver)
                        return;
                    using InferenceSession session = check.Device.CreateSession(
                        model, options with { Batch = batch });
                    long begin = Stopwatch.GetTimestamp();
                    ParityReport report = session.Verify();
                    int differing = Repeatability.Differing(session, repeats);
                    check.Rows.Add(
                        "parity", $"{model.Graph.Name}, {Check.Name(options)}, batch {batch}",
                        ("largest layer NMSE", report.Layers.Max(layer => layer.Comparison.Nmse)),
                        ("runs with other bits", $"{differing} of {repeats}"),
                        ("rejected kernels", string.Join(", ", session.RejectedKernels)),
                        ("problem", !report.Passed ? report.Failure
                            : differing > 0 ? "runs on the same input gave different bits" : ""),
                        ("took s", Math.Round(Stopwatch.GetElapsedTime(begin).TotalSeconds, 1)));
                }
            if (check.IsOver)
                return;
            string bits = StrictBits.Of(check.Device, model);
            check.Rows.Add(
                "parity", $"{model.Graph.Name}, strict",
                ("problem", bits == strict ? "" : $"its outputs have the SHA-256 {bits}; {strict} is right"));
        }
    }
}
