using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Runtime.InteropServices;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Distributed;
using SoftPool.Trainer.Training;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>The program's commands, and what becomes of what they throw: one sentence, or one and a list,
/// and exit status 1.</summary>
internal static class CommandLine
{
    private const int Failed = 1;

    /// <summary>The exit status after Ctrl-C, as shells have it.</summary>
    private const int Interrupted = 130;

    /// <summary>The exit status of a command that was asked to end by SIGTERM and has kept what it had: EX_TEMPFAIL of
    /// BSD's sysexits.h, for the same command again goes on. That of a process that the signal ends is 143.</summary>
    private const int Terminated = 75;

    /// <summary>Whether SIGTERM has asked this process to end, or one that it works with.</summary>
    public static bool IsTerminated { get; set; }

    private static RootCommand Create()
    {
        var root = new RootCommand(
            "Trains networks with SoftPool in torch, and runs them on any Vulkan device with proof that "
            + "both compute the same.")
        {
            QuickstartCommand.Create(),
            TrainCommand.Create(),
            AugmentCommand.Create(),
            ExportCommand.Create(),
            ImportCommand.Create(),
            VerifyCommand.Create(),
            AgreeCommand.Create(),
            RunCommand.Create(),
            MergeCommand.Create(),
            BenchCommand.Create(),
            ReportCommand.Create(),
            CompareCommand.Create(),
            SummaryCommand.Create(),
            DevicesCommand.Create(),
        };
        // An empty path, as an unset variable of the shell leaves one, is none, and no other value is empty either.
        foreach (Command command in root.Subcommands)
        {
            foreach (Argument argument in command.Arguments)
                argument.Validators.Add(result => RefuseEmpty(result, $"<{argument.Name}>"));
            foreach (Option option in command.Options)
            {
                option.Validators.Add(result => RefuseEmpty(result, option.Name));
                if (option.ValueType == typeof(double))
                    option.Validators.Add(result => RefuseUnlessPlain(result, option.Name));
                else if (option.ValueType == typeof(int)
                    || option.ValueType == typeof(int?) || option.ValueType == typeof(int[]))
                    option.Validators.Add(result => RefuseUnlessWhole(result, option.Name));
            }
        }
        return root;
    }

    private static void RefuseEmpty(SymbolResult result, string name)
    {
        if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
            result.AddError($"{name} takes a value; got an empty one.");
    }

    /// <summary>The parser skips commas as separators of thousands, so that 0,001 would be taken as 1.</summary>
    private static void RefuseUnlessPlain(SymbolResult result, string name)
    {
        const NumberStyles Plain =
            NumberStyles.Float & ~(NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite);
        foreach (Token token in result.Tokens)
            if (!double.TryParse(token.Value, Plain, CultureInfo.InvariantCulture, out double number)
                || !double.IsFinite(number))
                result.AddError($"{name} takes a plain number such as 0.001, with a point; got {token.Value}.");
    }

    /// <summary>The same of 1,000; options that take 1 or more say so themselves.</summary>
    private static void RefuseUnlessWhole(SymbolResult result, string name)
    {
        if (result.Errors.Any())
            return;
        foreach (Token token in result.Tokens)
            if (!int.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
                result.AddError($"{name} takes a plain whole number such as 1000; got {token.Value}.");
    }

    public static async Task<int> RunAsync(string[] args)
    {
        // A table that wraps in a log file helps nobody; a terminal's own width is kept.
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = 132;
        ConsoleText.Attach(AnsiConsole.Console);
        ParseResult parse = Create().Parse(args);
        using var interrupt = new CancellationTokenSource();
        using var ctrlC = PosixSignalRegistration.Create(PosixSignal.SIGINT, Hear);
        using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Hear);
        try
        {
            // The library's own handling of signals ends the program after a time, and a batch with its checkpoint may
            // take longer.
            return await parse.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
                interrupt.Token);
        }
        catch (Exception e) when (IsExpected(e))
        {
            return Report(e);
        }

        // The first is left to commands that listen, however long they take to save; a second ends the program at once.
        void Hear(PosixSignalContext signal)
        {
            signal.Cancel |= parse.Action is AsynchronousCommandLineAction && !interrupt.IsCancellationRequested;
            IsTerminated |= signal.Signal == PosixSignal.SIGTERM;
            interrupt.Cancel();
        }
    }

    /// <summary>Whether it is one of the exceptions whose message is all that a user needs.</summary>
    public static bool IsExpected(Exception e) => e
        is OperationCanceledException or SoftPoolException or DatasetException or UserErrorException or MpiException
            or TrainingDivergedException or IOException or UnauthorizedAccessException or ExternalException
            or OutOfMemoryException;

    /// <summary>Says what kept a command from its end.</summary>
    /// <param name="e">One that is <see cref="IsExpected"/>.</param>
    /// <param name="who">Which of several processes it is; empty if there is one.</param>
    /// <returns>The exit status.</returns>
    public static int Report(Exception e, string who = "")
    {
        if (e is OperationCanceledException)
        {
            Console.Error.WriteLine(IsTerminated ? "Terminated." : "Interrupted.");
            return IsTerminated ? Terminated : Interrupted;
        }
        // What torch throws, an ExternalException, has the call stack of C++ behind its first line.
        string message = e is OutOfMemoryException
            ? "There is not enough memory for this." : e.Message.Split('\n')[0].TrimEnd();
        Console.Error.WriteLine($"error: {who}{message}");
        foreach (string line in (e as UserErrorException)?.Details ?? [])
            Console.Error.WriteLine($"  {line}");
        return Failed;
    }
}
