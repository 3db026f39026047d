using SoftPool.Trainer;
using Spectre.Console;

namespace SoftPool.Benchmarks;

/// <summary>Names what is slower than in an earlier report. Machines drift, so a device's time is taken as a multiple
/// of torch's in the same run; and it counts only if it is beyond the threshold by the quartiles too, not by the
/// medians alone.</summary>
internal static class Comparison
{
    /// <summary>One that has changed.</summary>
    /// <param name="Row">As it is now.</param>
    /// <param name="Ratio">Now over then, each as a multiple of torch.</param>
    public sealed record Change(MeasuredRow Row, double Ratio);

    /// <param name="old">The earlier report.</param>
    /// <param name="now">The report.</param>
    /// <param name="threshold">From which share more, 0.1, it is slower.</param>
    /// <exception cref="UserErrorException">They have no row in common, such as those of other versions of the
    /// drivers.</exception>
    public static IReadOnlyList<Change> Slower(BenchmarkReport old, BenchmarkReport now, double threshold) =>
    now.Rows.All(row => Before(old, row) is null || row == Torch(now, row))
        ? throw new UserErrorException(
            $"The reports have no row of a device in common: of "
            + $"{string.Join(", ", old.Devices.Select(device => device.Runner))} and of "
            + $"{string.Join(", ", now.Devices.Select(device => device.Runner))}.")
        :
    [
        .. from row in now.Rows
           let before = Before(old, row)
           let torch = Torch(now, row)
           let torchBefore = before is null ? null : Torch(old, before)
           where before is not null && torch is not null && torchBefore is not null && row != torch
           let ratio = row.Time.Median / torch.Time.Median / (before.Time.Median / torchBefore.Time.Median)
           let surely = row.Time.Lower / torch.Time.Median / (before.Time.Upper / torchBefore.Time.Median)
           where ratio > 1 + threshold && surely > 1
           orderby ratio descending
           select new Change(row, ratio),
    ];

    public static void Print(IReadOnlyList<Change> slower, string path, double threshold, IAnsiConsole console)
    {
        if (slower.Count == 0)
            console.MarkupLineInterpolated($"Nothing is slower than in {path} by more than {threshold:P0}.");
        else
            console.MarkupLineInterpolated(
                $"[red]Slower[/] than in {path} by more than {threshold:P0}, measured in torch's time:");
        foreach ((MeasuredRow row, double ratio) in slower)
            console.MarkupLineInterpolated(
                $"  {row.Case}, batch {row.Batch}, {row.Runner}: {ratio:F2} times the time");
    }

    private static MeasuredRow? Before(BenchmarkReport old, MeasuredRow row) => old.Rows.FirstOrDefault(
        other => other.Case == row.Case && other.Batch == row.Batch && other.Runner == row.Runner);

    private static MeasuredRow? Torch(BenchmarkReport report, MeasuredRow row) => report.Rows.FirstOrDefault(
        other => other.Case == row.Case && other.Batch == row.Batch
            && other.Runner.StartsWith("torch", StringComparison.Ordinal));
}
