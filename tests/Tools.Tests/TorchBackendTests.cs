using System.Diagnostics;
using System.Text.Json;

namespace SoftPool.Tools.Tests;

/// <summary>Which LibTorch the build brings, asked of MSBuild itself: evaluation downloads nothing.</summary>
[TestClass]
public sealed class TorchBackendTests
{
    [TestMethod]
    [DataRow(null, "linux-x64", "libtorch-cpu-linux-x64")]
    [DataRow("cpu", "linux-x64", "libtorch-cpu-linux-x64")]
    [DataRow("cpu", "win-x64", "libtorch-cpu-win-x64")]
    [DataRow("cpu", "osx-arm64", "libtorch-cpu-osx-arm64")]
    [DataRow("cuda", "linux-x64", "TorchSharp-cuda-linux")]
    [DataRow("cuda", "win-x64", "TorchSharp-cuda-windows")]
    public async Task One_package_brings_LibTorch(string? backend, string platform, string package)
    {
        string[] choice = backend is null ? [] : [$"-p:TorchBackend={backend}"];
        (int status, string said) = await MSBuildAsync(
            [.. choice, $"-p:TorchPlatform={platform}", "-getItem:PackageReference"]);

        Assert.AreEqual(0, status, said);
        string[] torch = [.. JsonDocument.Parse(said).RootElement.GetProperty("Items").GetProperty("PackageReference")
            .EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!)
            .Where(name => name.Contains("torch", StringComparison.OrdinalIgnoreCase))];
        CollectionAssert.AreEquivalent((string[])["TorchSharp", package], torch);
    }

    [TestMethod]
    [DataRow("rocm", "linux-x64", "TorchBackend must be cpu or cuda, got 'rocm'.")]
    [DataRow("cuda", "osx-arm64", "TorchBackend=cuda runs on linux-x64, win-x64, got TorchPlatform 'osx-arm64'.")]
    [DataRow("cpu", "x64", "TorchBackend=cpu runs on linux-x64, win-x64, osx-arm64, got TorchPlatform 'x64'.")]
    public async Task Anything_else_is_an_error_of_one_sentence(string backend, string platform, string sentence)
    {
        (int status, string said) = await MSBuildAsync(
            $"-p:TorchBackend={backend}", $"-p:TorchPlatform={platform}", "-t:Restore", "-v:q");

        Assert.AreEqual(1, status, said);
        string[] lines = said.Trim().Split('\n');
        foreach (string line in lines)
            StringAssert.Contains(line, $"error : {sentence}");
    }

    private static async Task<(int Status, string Said)> MSBuildAsync(params string[] arguments)
    {
        string project = Path.Combine(BuildPaths.RepositoryRoot, "src", "Trainer", "Trainer.csproj");
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["msbuild", project, "-nologo", "-nodeReuse:false", .. arguments])
        {
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        string said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said);
    }
}
