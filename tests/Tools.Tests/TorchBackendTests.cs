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
    public void One_package_brings_LibTorch(string? backend, string platform, string package)
    {
        string[] choice = backend is null ? [] : [$"-p:TorchBackend={backend}"];
        (int status, string said) = MSBuild([.. choice, $"-p:TorchPlatform={platform}", "-getItem:PackageReference"]);

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
    public void Anything_else_is_an_error_of_one_sentence(string backend, string platform, string sentence)
    {
        (int status, string said) = MSBuild(
            $"-p:TorchBackend={backend}", $"-p:TorchPlatform={platform}", "-t:Restore", "-v:q");

        Assert.AreEqual(1, status, said);
        string[] lines = said.Trim().Split('\n');
        foreach (string line in lines)
            StringAssert.Contains(line, $"error : {sentence}");
    }

    private static Command MSBuild(params string[] arguments) => Command.Dotnet(
        ["msbuild", Path.Combine(BuildPaths.RepositoryRoot, "src", "Trainer", "Trainer.csproj"), "-nologo",
            .. arguments]);
}
