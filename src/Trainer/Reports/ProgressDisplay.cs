using Spectre.Console;

namespace SoftPool.Trainer.Reports;

/// <summary>One line of progress for work whose share done is known: a bar in a terminal, else a line now and then.</summary>
internal static class ProgressDisplay
{
    public static T Run<T>(string title, Func<IProgress<double>, T> work)
    {
        T result = default!;
        AnsiConsole.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
                new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: 1);
                result = work(new Callback(share => task.Value = share));
            });
        return result;
    }

    /// <summary>Reports on the caller's thread, in order; Progress of the framework would do neither.</summary>
    private sealed class Callback(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
