using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
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
        ParseResult parse = Root.Parse(args);
        using var interrupt = new CancellationTokenSource();
        using var ctrlC = PosixSignalRegistration.Create(PosixSignal.SIGINT, Hear);
        using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Hear);
        try
        {
            // The library's own handling of signals ends the program after a time, and a batch with its checkpoint may take longer.
            return await parse.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
                interrupt.Token);
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

        // The first is left to commands that listen, however long they take to save; a second ends the program at once.
        void Hear(PosixSignalContext signal)
        {
            signal.Cancel |= parse.Action is AsynchronousCommandLineAction && !interrupt.IsCancellationRequested;
            interrupt.Cancel();
        }
    }
}
