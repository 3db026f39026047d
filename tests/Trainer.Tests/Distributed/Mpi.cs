using System.Diagnostics;
using System.Reflection;
using SoftPool.Trainer.Tests.Commands;

namespace SoftPool.Trainer.Tests.Distributed;

/// <summary>softpool under mpirun of MPICH and of Open MPI, as tools/mpi.sh brings them.</summary>
internal static class Mpi
{
    private static readonly string Root = typeof(Mpi).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>A command, and how long it took.</summary>
    public readonly record struct Result(int ExitCode, string Output, TimeSpan Time);

    /// <summary>Skips the test if there is no MPI here.</summary>
    public static void Require(string name)
    {
        if (!File.Exists(Path.Combine(Root, "artifacts/mpi", name, "version")))
            Assert.Inconclusive($"There is no {name} in artifacts/mpi: tools/setup.sh --with-mpi brings it.");
    }

    /// <summary>Runs a number of processes of one command.</summary>
    public static Result Run(string name, int processes, params string[] arguments) =>
        Finish(Start(name, [(processes, arguments)]));

    /// <summary>Starts several commands, each in a number of processes.</summary>
    /// <param name="name">mpich or openmpi.</param>
    /// <param name="commands">The commands, and how many processes of each.</param>
    /// <param name="within">A program that starts what stands behind it; none unless given.</param>
    public static Process Start(string name, (int Processes, string[] Arguments)[] commands, params string[] within)
    {
        Require(name);
        var all = new List<string>();
        foreach ((int processes, string[] arguments) in commands)
            all.AddRange(
            [
                .. all.Count > 0 ? [":"] : Array.Empty<string>(), "-n", $"{processes}", "dotnet", Softpool.Program,
                .. arguments,
            ]);
        string[] more = name == "openmpi" ? ["--oversubscribe", "--bind-to", "none"] : [];
        return Process.Start(new ProcessStartInfo(
            "bash", [Path.Combine(Root, "tools/mpi.sh"), name, .. within, "mpirun", .. more, .. all])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    /// <summary>Waits for what was started.</summary>
    /// <param name="process">What was started.</param>
    /// <param name="after">What the last line has from which on the time counts: a busy machine takes long to start
    /// two processes. Nothing for all of it.</param>
    public static Result Finish(Process process, string after = "")
    {
        for (string? line = ""; line?.Contains(after, StringComparison.Ordinal) == false;)
            line = process.StandardOutput.ReadLine();
        long begin = Stopwatch.GetTimestamp();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd() + error.Result;
        process.WaitForExit();
        using (process)
            return new Result(process.ExitCode, output, Stopwatch.GetElapsedTime(begin));
    }
}
