using System.Diagnostics;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Commands;

/// <summary>Ctrl-C or a request to end in a training: the batch is finished, and all that a resumption needs is saved.</summary>
[TestClass]
public sealed class InterruptTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstSteps = TimeSpan.FromSeconds(4);

    [TestMethod]
    public async Task An_interrupted_training_saves_what_it_has()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Windows has no signal to send to a single process.");
        using var folder = new TemporaryFolder();
        using Process process = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "softpool.dll"), "train", "--batch", "2", "-o", folder["run"]])
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
            while (line is not null && line.Split(' ')[0] is not "alexnet-softpool");
            await Task.Delay(FirstSteps, timeout.Token);
            // SIGTERM goes the way of SIGINT, which a test run in the background may have been told to ignore.
            Process.Start("sh", ["-c", $"kill -TERM {process.Id}"]).WaitForExit();
            string error = await process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            Assert.AreEqual(130, process.ExitCode, error);
            StringAssert.Contains(error, "Interrupted");
            Checkpoint checkpoint = new RunFolder(folder["run"]).ReadLast();
            Assert.AreEqual("alexnet-softpool", checkpoint.Model.Graph.Name);
            Assert.IsGreaterThan(0, checkpoint.State.Step);
            Assert.AreEqual(2, checkpoint.Run.Options.BatchSize);
        }
        finally
        {
            process.Kill();
        }
    }
}
