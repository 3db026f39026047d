namespace SoftPool.Trainer.Reports;

/// <summary>How a span of time is told, however long it is.</summary>
internal static class Duration
{
    /// <summary>For instance "7:05 min", or from an hour on "26:07 h".</summary>
    public static string Of(TimeSpan time) =>
        time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time:mm} h" : $"{(int)time.TotalMinutes}:{time:ss} min";
}
