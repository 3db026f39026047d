namespace SoftPool.Tools.Tests;

/// <summary>The benchmark program as the solution has built it, on the software drivers that the system has.</summary>
[TestClass]
public sealed class BenchmarksTests
{
    private static readonly string Program = Path.Combine(
        AppContext.BaseDirectory.Replace("tests/Tools.Tests", "tools/Benchmarks", StringComparison.Ordinal),
        "SoftPool.Benchmarks.dll");

    [TestMethod]
    public void A_short_run_measures_a_network_and_compares_with_itself()
    {
        using var folder = new TemporaryFolder();
        string report = folder["report.json"];
        string[] run = [Program, "run", "--networks", "squeezenet:1", "--operators", "0", "--seconds", "0.1"];

        Command first = Command.Dotnet([.. run, "--output", report]);
        Assert.AreEqual(0, first.ExitCode, first.Output);
        StringAssert.Contains(first.Output, "squeezenet");

        // On a machine that is busy with other tests nothing can be said of speed: only that both reports are read.
        Command second = Command.Dotnet([.. run, "--compare", report, "--threshold", "1000"]);
        Assert.AreEqual(0, second.ExitCode, second.Output);
    }
}
