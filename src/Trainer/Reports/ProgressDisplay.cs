using Spectre.Console;

namespace SoftPool.Trainer.Reports;

/// <summary>One line of progress for work whose share done is known: a bar in a terminal, else a line now and
/// then.</summary>
internal static class ProgressDisplay
{
    /// <summary>Runs the work under a bar. It reports its share done, 0 to 1, and may change the bar's title.</summary>
    public static T Run<T>(string title, Func<Action<double, string?>, T> work)
    {
        T result = default!;
        AnsiConsole.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
                new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(ConsoleText.Escape(title), maxValue: 1);
                result = work((share, newTitle) =>
                {
                    task.Description = newTitle is null ? task.Description : ConsoleText.Escape(newTitle);
                    task.Value = share;
                });
            });
        return result;
    }

    /// <summary>The same for work that reports its share alone.</summary>
    public static T Run<T>(string title, Func<IProgress<double>, T> work) =>
        Run(title, report => work(new Callback<double>(share => report(share, null))));

    /// <summary>Reports on the caller's thread and in order; the framework's Progress does neither.</summary>
    public sealed class Callback<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
