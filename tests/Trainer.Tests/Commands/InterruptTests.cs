using System.Diagnostics;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Commands;

/// <summary>Ctrl-C or a request to end in a training: the batch is finished, and all that a resumption needs is
/// saved.</summary>
[TestClass]
public sealed class InterruptTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstSteps = TimeSpan.FromSeconds(4);

    [TestMethod]
    public async Task An_interrupted_training_saves_what_it_has()
    {
        using var folder = new TemporaryFolder();
        (int exitCode, string error) = await Interrupt(["--batch", "2", "-o", folder["run"]], FirstSteps);
        Assert.AreEqual(75, exitCode, error);
        StringAssert.Contains(error, "Terminated");
        Checkpoint checkpoint = new RunFolder(folder["run"]).ReadLast();
        Assert.AreEqual("alexnet-softpool", checkpoint.Model.Graph.Name);
        Assert.IsGreaterThan(0, checkpoint.State.Step);
        Assert.AreEqual(2, checkpoint.Run.Options.BatchSize);
    }

    [TestMethod]
    public async Task A_second_request_ends_it_at_once()
    {
        using var folder = new TemporaryFolder();
        // A batch that takes many seconds on any processor's single thread: both come while the first is computed.
        (int exitCode, string error) = await Interrupt(
            ["--network", "resnet50", "--batch", "64", "--device", "cpu", "--threads", "1", "-o", folder["run"]],
            TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.5));
        Assert.AreEqual(128 + 15, exitCode, error);
        Assert.AreEqual("", error);
        Assert.IsFalse(Directory.Exists(folder["run"]));
    }

    /// <summary>Starts a training and asks it to end, after each of the delays once more.</summary>
    private static async Task<(int ExitCode, string Error)> Interrupt(string[] arguments, params TimeSpan[] delays)
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Windows has no signal to send to a single process.");
        using Process process = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "softpool.dll"), "train", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            string? line;
            do
                line = await process.StandardOutput.ReadLineAsync(timeout.Token);
            while (line is not null && !line.Contains(" on 12,000 images", StringComparison.Ordinal));
            foreach (TimeSpan delay in delays)
            {
                await Task.Delay(delay, timeout.Token);
                // Not SIGINT, which a test run in the background may have been told to ignore.
                Process.Start("sh", ["-c", $"kill -TERM {process.Id}"]).WaitForExit();
            }
            string error = await process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, error);
        }
        finally
        {
            process.Kill();
        }
    }
}
