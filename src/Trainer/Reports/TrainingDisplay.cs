using System.Diagnostics;
using SoftPool.Trainer.Training;
using Spectre.Console;

namespace SoftPool.Trainer.Reports;

/// <summary>How a training goes: in a terminal a live bar, else a plain line now and then; and a line an epoch in both.
/// </summary>
internal sealed class TrainingDisplay
{
    private static readonly TimeSpan PlainEvery = TimeSpan.FromSeconds(30);

    private readonly TrainingLoop _loop;
    private readonly int _batchSize, _firstStep;
    private readonly ProgressTask? _task;
    private readonly Stopwatch _sincePlain = Stopwatch.StartNew();

    private TrainingDisplay(TrainingLoop loop, int batchSize, ProgressTask? task) =>
        (_loop, _batchSize, _firstStep, _task) = (loop, batchSize, loop.State.Step, task);

    /// <summary>Runs the work under a display.</summary>
    public static void Run(string title, TrainingLoop loop, int batchSize, Action<TrainingDisplay> work)
    {
        if (Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Ansi)
            work(new TrainingDisplay(loop, batchSize, null));
        else
            AnsiConsole.Progress()
                .Columns(
                    new TaskDescriptionColumn { Alignment = Justify.Left },
                    new ProgressBarColumn(), new PercentageColumn())
                .Start(context => work(new TrainingDisplay(
                    loop, batchSize, context.AddTask(ConsoleText.Escape(title), maxValue: loop.Steps))));
    }

    /// <summary>Shows where the training stands after a step.</summary>
    public void ShowStep(double loss)
    {
        if (_task is null && _sincePlain.Elapsed < PlainEvery)
            return;
        _sincePlain.Restart();
        TrainingState state = _loop.State;
        double accuracy = (double)state.EpochRight / ((long)state.EpochSteps * _batchSize);
        // Steps of an earlier session are no measure of this one's speed.
        double secondsPerStep = _loop.Times.Total / Math.Max(state.Step - _firstStep, 1);
        TimeSpan left = TimeSpan.FromSeconds(secondsPerStep * (_loop.Steps - state.Step));
        string line =
            $"epoch {state.Epochs.Count + 1}, step {state.Step}/{_loop.Steps}  loss {loss:F3}  accuracy "
            + $"{accuracy:P1}  {_batchSize / secondsPerStep:F0} images/s  {Duration.Of(left)} left";
        if (_task is null)
        {
            AnsiConsole.WriteLine(line);
            return;
        }
        _task.Description = ConsoleText.Escape(line);
        _task.Value = state.Step;
    }

    /// <summary>Shows what an epoch came to.</summary>
    public void ShowEpoch(EpochResult epoch)
    {
        string best = epoch == _loop.State.Best ? ", the best so far" : "";
        string train = $"train loss {epoch.TrainLoss:F4}, accuracy {epoch.TrainAccuracy:P2}";
        string validation = $"validation loss {epoch.ValidationLoss:F4}";
        string speed = $"{epoch.ImagesPerSecond:F0} images/s, {epoch.Seconds:F0} s";
        double accuracy = epoch.ValidationAccuracy;
        ConsoleText.Line($"epoch {epoch.Epoch}: {train}; {validation}, accuracy [bold]{accuracy:P2}[/]{best}; {speed}");
    }
}
