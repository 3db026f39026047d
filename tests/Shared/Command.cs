using System.Diagnostics;

namespace SoftPool.Tests;

/// <summary>Runs a command to its end; Output holds both of its streams.</summary>
internal sealed record Command(int ExitCode, string Output)
{
    public static Command Dotnet(params string[] arguments) => Dotnet([], arguments);

    /// <param name="environment">Variables to set for the command.</param>
    /// <param name="arguments">What stands behind "dotnet".</param>
    public static Command Dotnet(IEnumerable<(string Name, string Value)> environment, params string[] arguments) =>
        Run("dotnet", environment, arguments);

    /// <summary>Runs a program that is no dotnet command.</summary>
    public static Command Run(string program, params string[] arguments) => Run(program, [], arguments);

    private static Command Run(
        string program, IEnumerable<(string Name, string Value)> environment, string[] arguments)
    {
        // This run's MSBuild settings must not leak into the commands under test.
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("MSBUILD_EXE_PATH");
        start.Environment.Remove("MSBuildSDKsPath");
        // A node kept for reuse would hold the output pipe open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Command(process.ExitCode, output + error.Result);
    }
}
