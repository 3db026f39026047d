using System.IO.Compression;
using System.Reflection;
using System.Xml.Linq;

namespace SoftPool.Tools.Tests;

/// <summary>The packages for users of TorchSharp as they get them: packed, looked into, and restored into a program
/// outside the solution.</summary>
[TestClass]
public sealed class TorchPackagesTests
{
    // A version of its own, which no package folder can hold already.
    private static readonly string Version = $"0.1.0-test.{DateTime.UtcNow.Ticks}";

    private static readonly TemporaryFolder Feed = new();

    /// <summary>Packs what was built as a reference of this test project.</summary>
    [ClassInitialize]
    public static void Pack(TestContext context)
    {
        string configuration = typeof(TorchPackagesTests).Assembly
            .GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        foreach (string project in (string[])["Runtime", "Torch", "TorchExport"])
        {
            Command pack = Command.Dotnet(
                "pack", Path.Combine(BuildPaths.RepositoryRoot, $"src/{project}/{project}.csproj"), "--no-build",
                "--nologo", "--configuration", configuration, "--output", Feed.Path, $"-p:PackageVersion={Version}");
            Assert.AreEqual(0, pack.ExitCode, pack.Output);
            Assert.DoesNotContain("warning", pack.Output);
        }
    }

    [ClassCleanup]
    public static void DeleteFeed() => Feed.Dispose();

    [TestMethod]
    [DataRow("SoftPool.Torch", new string[] { })]
    [DataRow("SoftPool.Torch.Export", new[] { "SoftPool.Torch VERSION", "SoftPool.Vulkan [VERSION]" })]
    public void A_package_is_an_assembly_with_documentation_symbols_and_few_dependencies(string id, string[] own)
    {
        using ZipArchive package = ZipFile.OpenRead(Feed[$"{id}.{Version}.nupkg"]);
        string[] files = [.. package.Entries.Select(entry => entry.FullName)];
        CollectionAssert.IsSubsetOf(
            new[] { "README.md", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml" }, files);
        Assert.HasCount(2, files.Where(file => file.StartsWith("lib/", StringComparison.Ordinal)));
        using ZipArchive symbols = ZipFile.OpenRead(Feed[$"{id}.{Version}.snupkg"]);
        Assert.IsNotNull(symbols.GetEntry($"lib/net10.0/{id}.pdb"));

        XElement[] dependencies = [.. XDocument.Load(package.GetEntry($"{id}.nuspec")!.Open()).Descendants()
            .Where(element => element.Name.LocalName == "dependency")];
        string[] softPools = [.. dependencies
            .Select(each => $"{each.Attribute("id")!.Value} {each.Attribute("version")!.Value}")
            .Where(text => text.StartsWith("SoftPool", StringComparison.Ordinal)).Order()];
        CollectionAssert.AreEqual(own.Select(text => text.Replace("VERSION", Version)).ToArray(), softPools);
        Assert.Contains("TorchSharp", dependencies.Select(each => each.Attribute("id")!.Value).ToArray());
    }

    /// <summary>The program is the one of the package's README.</summary>
    [TestMethod]
    public void A_program_outside_the_solution_exports_a_module_and_verifies_it()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("LibTorch of another system is not on this machine.");
        using var folder = new TemporaryFolder();
        string readme = File.ReadAllText(Path.Combine(BuildPaths.RepositoryRoot, "src/TorchExport/README.md"));
        folder.Write("Program.cs", readme.Split("```csharp")[1].Split("```")[0]);
        folder.Write("Mine.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
                <CreateSymbolicLinksForCopyLocalIfPossible>true</CreateSymbolicLinksForCopyLocalIfPossible>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="SoftPool.Torch.Export" Version="{Version}" />
                <PackageReference Include="libtorch-cpu-linux-x64" Version="{BuildPaths.LibTorchVersion}" />
              </ItemGroup>
            </Project>
            """);
        folder.Write("nuget.config", $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources><add key="packed" value="{Feed.Path}" /></packageSources>
              <fallbackPackageFolders><add key="machine" value="{BuildPaths.PackageFolder}" /></fallbackPackageFolders>
            </configuration>
            """);
        Command build = Command.Dotnet("build", folder.Path, "--nologo", "--output", folder["out"]);
        Assert.AreEqual(0, build.ExitCode, build.Output);
        // The one that loads on Debian 12 too, see LibTorchSharp.targets.
        string library = folder["out/runtimes/linux-x64/native/libLibTorchSharp.so"];
        File.Delete(library);
        File.Copy(BuildPaths.LoadableLibTorchSharp, library);

        Command run = Command.Dotnet(folder["out/Mine.dll"]);
        Assert.AreEqual(0, run.ExitCode, run.Output);
        StringAssert.Contains(run.Output, "computes what the module computes");
    }
}
