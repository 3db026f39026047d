using System.CommandLine;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Training;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>The program's commands, and what becomes of what they throw: one sentence and exit status 1.</summary>
internal static class CommandLine
{
    private static RootCommand Root => new(
        "Trains networks with SoftPool in torch, and runs them on any Vulkan device with proof that they compute the same.")
    {
        QuickstartCommand.Create(),
        TrainCommand.Create(),
        AugmentCommand.Create(),
        ExportCommand.Create(),
        VerifyCommand.Create(),
        AgreeCommand.Create(),
        RunCommand.Create(),
        BenchCommand.Create(),
        ReportCommand.Create(),
        CompareCommand.Create(),
        SummaryCommand.Create(),
        DevicesCommand.Create(),
    };

    public static async Task<int> RunAsync(string[] args)
    {
        // A table that wraps in a log file helps nobody; a terminal's own width is kept.
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = 132;
        try
        {
            return await Root.Parse(args).InvokeAsync(
                new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    // Ctrl-C finishes the batch and saves; a second's default would cut that off.
                    ProcessTerminationTimeout = TimeSpan.FromSeconds(60),
                });
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Interrupted.");
            return 130;
        }
        catch (Exception e) when (e is SoftPoolException or DatasetException or UserErrorException
                                      or TrainingDivergedException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"error: {e.Message}");
            return 1;
        }
    }
}
