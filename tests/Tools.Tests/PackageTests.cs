using System.IO.Compression;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using SoftPool.Operators;

namespace SoftPool.Tools.Tests;

/// <summary>The package as its user gets it: packed, looked into, and restored into a program outside the
/// solution.</summary>
[TestClass]
public sealed class PackageTests
{
    // A version of its own, which no package folder can hold already.
    private static readonly string Version = $"0.1.0-test.{DateTime.UtcNow.Ticks}";

    private static readonly TemporaryFolder Feed = new();

    private static string Configuration => typeof(PackageTests).Assembly
        .GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>Packs what was built as a reference of this test project.</summary>
    [ClassInitialize]
    public static void Pack(TestContext context)
    {
        Command pack = Command.Dotnet(
            "pack", Path.Combine(BuildPaths.RepositoryRoot, "src/Runtime/Runtime.csproj"), "--no-build", "--nologo",
            "--configuration", Configuration, "--output", Feed.Path, $"-p:PackageVersion={Version}");
        Assert.AreEqual(0, pack.ExitCode, pack.Output);
        Assert.DoesNotContain("warning", pack.Output);
        CollectionAssert.AreEqual(
            new[] { $"SoftPool.Vulkan.{Version}.nupkg", $"SoftPool.Vulkan.{Version}.snupkg" }, Feed.FileNames);
    }

    [ClassCleanup]
    public static void DeleteFeed() => Feed.Dispose();

    [TestMethod]
    public void It_holds_one_assembly_with_documentation_and_nothing_native()
    {
        using ZipArchive package = Open("nupkg");
        CollectionAssert.AreEqual(
            new[]
            {
                "README.md", "SoftPool.Vulkan.nuspec", "lib/net10.0/SoftPool.Vulkan.dll",
                "lib/net10.0/SoftPool.Vulkan.xml",
            },
            OwnFiles(package));

        XElement metadata = XDocument.Load(package.GetEntry("SoftPool.Vulkan.nuspec")!.Open()).Root!.Elements()
            .Single();
        Assert.AreEqual("MIT", Value("license"));
        Assert.AreEqual("README.md", Value("readme"));
        CollectionAssert.AreEqual(
            new[] { "Microsoft.Extensions.DependencyModel", "Silk.NET.Vulkan" },
            metadata.Descendants().Where(element => element.Name.LocalName == "dependency")
                .Select(dependency => (string)dependency.Attribute("id")!).Order().ToArray());

        string Value(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;
    }

    [TestMethod]
    public void Its_assembly_embeds_every_shader()
    {
        using var assembly = new PEReader(Copy(Open("nupkg"), "lib/net10.0/SoftPool.Vulkan.dll"));
        MetadataReader metadata = assembly.GetMetadataReader();
        string shaders = Path.Combine(BuildPaths.RepositoryRoot, "shaders");
        string[] kernels =
        [
            .. Directory.EnumerateFiles(shaders, "*.comp", SearchOption.AllDirectories)
                .Select(file => $"shaders/{Path.GetFileNameWithoutExtension(file)}.spv.br").Order(),
        ];
        CollectionAssert.AreEqual(
            kernels,
            metadata.ManifestResources.Select(handle => metadata.GetString(metadata.GetManifestResource(handle).Name))
                .Order().ToArray());
    }

    [TestMethod]
    public void Its_symbols_name_sources_by_their_place_in_the_repository()
    {
        if (!Path.Exists(Path.Combine(BuildPaths.RepositoryRoot, ".git")))
            Assert.Inconclusive("These sources are no git repository: symbols name them by their full path.");
        using ZipArchive package = Open("snupkg");
        CollectionAssert.AreEqual(
            new[] { "SoftPool.Vulkan.nuspec", "lib/net10.0/SoftPool.Vulkan.pdb" }, OwnFiles(package));
        using MetadataReaderProvider symbols = MetadataReaderProvider.FromPortablePdbStream(
            Copy(package, "lib/net10.0/SoftPool.Vulkan.pdb"));
        MetadataReader reader = symbols.GetMetadataReader();
        string[] sources = [.. reader.Documents.Select(handle => reader.GetString(reader.GetDocument(handle).Name))];
        Assert.Contains("/_/src/Runtime/Model.cs", sources);
        Assert.IsTrue(
            sources.All(source => source.StartsWith("/_", StringComparison.Ordinal)), string.Join('\n', sources));
    }

    /// <summary>The program is the one of the package's README.</summary>
    [TestMethod]
    public void A_program_outside_the_solution_classifies_a_picture()
    {
        using TemporaryFolder folder = Program();
        Command build = Command.Dotnet("build", folder.Path, "--nologo", "--output", folder["out"]);
        Assert.AreEqual(0, build.ExitCode, build.Output);
        Command run = Command.Dotnet(
            folder["out/Classify.dll"], folder["model.safetensors"], folder["picture.rgb"], "17", "11");

        Assert.AreEqual(0, run.ExitCode, run.Output);
        Assert.StartsWith("green, says ", run.Output);
        string[] libraries = [.. Directory.EnumerateFiles(folder["out"], "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".so" or ".dylib" || file.Contains("Torch"))];
        Assert.IsEmpty(libraries, string.Join('\n', libraries));
    }

    /// <summary>Ahead of time the C library is compiled, with the same analysis of what may be left out.</summary>
    [TestMethod]
    public void Trimmed_to_a_single_file_it_classifies_the_picture()
    {
        using TemporaryFolder folder = Program();
        Command publish = Command.Dotnet(
            "publish", folder.Path, "--nologo", "--output", folder["out"], "--use-current-runtime", "--self-contained",
            "-warnaserror", "-p:PublishSingleFile=true", "-p:PublishTrimmed=true", "-p:TrimmerSingleWarn=false",
            "-p:DebugType=none");
        Assert.AreEqual(0, publish.ExitCode, publish.Output);
        string program = Directory.GetFiles(folder["out"]).Single();
        Command run = Command.Run(program, folder["model.safetensors"], folder["picture.rgb"], "17", "11");

        Assert.AreEqual(0, run.ExitCode, run.Output);
        Assert.StartsWith("green, says ", run.Output);
        // Untrimmed it would have more than 70 MB.
        Assert.IsLessThan(40_000_000, new FileInfo(program).Length);
    }

    /// <summary>A folder with the program's project, a model and a picture.</summary>
    private static TemporaryFolder Program()
    {
        var folder = new TemporaryFolder();
        string readme = File.ReadAllText(Path.Combine(BuildPaths.RepositoryRoot, "src/Runtime/README.md"));
        folder.Write("Program.cs", readme.Split("```csharp")[1].Split("```")[0]);
        folder.Write("Classify.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="SoftPool.Vulkan" Version="{Version}" /></ItemGroup>
            </Project>
            """);
        // Beside the machine's own feeds. What is already on the machine need not be fetched once more.
        folder.Write("nuget.config", $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources><add key="packed" value="{Feed.Path}" /></packageSources>
              <fallbackPackageFolders><add key="machine" value="{BuildPaths.PackageFolder}" /></fallbackPackageFolders>
            </configuration>
            """);
        WriteModel(folder["model.safetensors"]);
        File.WriteAllBytes(
            folder["picture.rgb"],
            [.. Enumerable.Range(0, 3 * 17 * 11).Select(i => (byte)(i % 3 == 1 ? 200 : i % 100))]);
        return folder;
    }

    /// <summary>Answers with the channel whose SoftPool is the largest.</summary>
    private static void WriteModel(string path)
    {
        var graph = new ModelGraph("colours", new TensorShape(3, 7, 5),
        [
            new("pool", new SoftPool2d(2, 2, 1, true, SoftPoolWeighting.PerChannel)),
            new("average", new GlobalAvgPool()),
            new("flat", new Flatten()), new("linear", new Linear(3, 3) { Bias = false }),
        ]);
        var weights = new Dictionary<string, Tensor>
        {
            ["linear.weight"] = new(new TensorShape(3, 3), new float[] { 1, 0, 0, 0, 1, 0, 0, 0, 1 }),
        };
        new Model(graph, weights, ["red", "green", "blue"], new Preprocessing([0, 0, 0], [1, 1, 1])).Save(path);
    }

    private static ZipArchive Open(string ending) => ZipFile.OpenRead(Feed[$"SoftPool.Vulkan.{Version}.{ending}"]);

    /// <summary>Without what the container format adds.</summary>
    private static string[] OwnFiles(ZipArchive package) =>
    [
        .. package.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal)
            .Where(name => !name.StartsWith('_') && !name.StartsWith('[')
            && !name.StartsWith("package/", StringComparison.Ordinal)),
    ];

    private static MemoryStream Copy(ZipArchive package, string entry)
    {
        var copy = new MemoryStream();
        using (Stream packed = package.GetEntry(entry)!.Open())
            packed.CopyTo(copy);
        copy.Position = 0;
        return copy;
    }
}
