using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using SoftPool.Vulkan;

namespace SoftPool.Tools.Tests;

/// <summary>Builds a small project that imports src/Runtime/Shaders.targets, with shaders of its own.</summary>
[TestClass]
public sealed class ShadersTargetsTests : IDisposable
{
    private static readonly string Configuration =
        typeof(ShadersTargetsTests).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    private readonly TemporaryFolder _folder = new();

    [TestInitialize]
    public void WriteProject()
    {
        _folder.Write("Small.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ShaderDirectory>$(MSBuildProjectDirectory)/my shaders/</ShaderDirectory>
              </PropertyGroup>
              <Import Project="{BuildPaths.RepositoryRoot}src/Runtime/Shaders.targets" />
            </Project>
            """);
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Without_shaders_there_is_nothing_to_do()
    {
        BuildGood("-restore");

        Assert.IsEmpty(Resources());
        Assert.IsFalse(Directory.Exists(Intermediate("")));
    }

    [TestMethod]
    public void Only_what_changed_is_compiled_and_what_was_deleted_is_gone()
    {
        WriteShaders();
        BuildGood("-restore");
        Assert.AreEqual(
            "shaders/a.spv.br shaders/b.de.spv.br shaders/c.spv.br", string.Join(' ', Resources().Keys));
        Assert.AreEqual(
            "a a.fp16 a.strict a_texel a_texel.fp16 a_texel.strict",
            string.Join(' ', PackedSpirv.Names(Resources()["shaders/a.spv.br"])));
        DateTime a = Written("a.spv.br"), b = Written("b.de.spv.br");

        BuildGood();
        Assert.AreEqual((a, b), (Written("a.spv.br"), Written("b.de.spv.br")), "an unchanged build compiled");

        File.SetLastWriteTimeUtc(_folder["my shaders/a.comp"], DateTime.UtcNow);
        BuildGood();
        Assert.IsGreaterThan(a, Written("a.spv.br"));
        Assert.AreEqual(b, Written("b.de.spv.br"), "a shader that had not changed was compiled");
        a = Written("a.spv.br");

        File.SetLastWriteTimeUtc(_folder["my shaders/include/scale.glsl"], DateTime.UtcNow);
        File.Delete(_folder["my shaders/b.de.comp"]);
        BuildGood();
        Assert.IsGreaterThan(a, Written("a.spv.br"), "a changed include compiled nothing");
        Assert.AreEqual("shaders/a.spv.br shaders/c.spv.br", string.Join(' ', Resources().Keys));
        Assert.IsFalse(File.Exists(Intermediate("b.de.spv.br")));
    }

    [TestMethod]
    public void A_broken_shader_fails_the_build_with_file_and_line()
    {
        WriteShaders();
        string broken = _folder.Write("my shaders/b.de.comp", "#version 450\n\nnonsense\n");

        Command build = Build("-restore");

        Assert.AreNotEqual(0, build.ExitCode);
        Assert.Contains($"{broken}(3): error SHADER: ", build.Output);
        Assert.IsFalse(File.Exists(AssemblyPath));
    }

    [TestMethod]
    public void Shaders_of_one_name_in_two_folders_fail_the_build()
    {
        WriteShaders();
        _folder.Write("my shaders/a/c.comp", ShaderCompilerTests.Good);

        Command build = Build("-restore");

        Assert.AreNotEqual(0, build.ExitCode);
        Assert.Contains("two of these have the same", build.Output);
    }

    private string AssemblyPath => _folder[$"bin/{Configuration}/net10.0/Small.dll"];

    private void WriteShaders()
    {
        _folder.Write("my shaders/include/scale.glsl", "#define SCALE 2.0\n");
        _folder.Write("my shaders/include/strict.glsl", "// What a kernel includes that is compiled "
            + "for strict numerics.\n");
        _folder.Write("my shaders/include/texel.glsl", "// What a kernel includes that is compiled "
            + "to read texels too.\n");
        _folder.Write("my shaders/a.comp", ShaderCompilerTests.Good.Replace(
            "#include", "#include \"strict.glsl\"\n#include \"texel.glsl\"\n#include", StringComparison.Ordinal));
        // A name that looks like a German translation.
        _folder.Write("my shaders/b.de.comp", ShaderCompilerTests.Good);
        _folder.Write("my shaders/folder/c.comp", ShaderCompilerTests.Good);
    }

    // The compiler was built as a reference of this test project: it need not be built again.
    private Command Build(params string[] options) => Command.Dotnet(
        ["msbuild", _folder["Small.csproj"], "-nologo", "-v:minimal", $"-p:Configuration={Configuration}",
        "-p:BuildProjectReferences=false", .. options]);

    private void BuildGood(params string[] options)
    {
        Command build = Build(options);
        Assert.AreEqual(0, build.ExitCode, build.Output);
    }

    private string Intermediate(string name) => _folder[$"obj/{Configuration}/net10.0/shaders/{name}"];

    private DateTime Written(string name) => File.GetLastWriteTimeUtc(Intermediate(name));

    private SortedDictionary<string, byte[]> Resources()
    {
        using var file = new PEReader(File.OpenRead(AssemblyPath));
        MetadataReader metadata = file.GetMetadataReader();
        var resources = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (ManifestResourceHandle handle in metadata.ManifestResources)
        {
            ManifestResource resource = metadata.GetManifestResource(handle);
            BlobReader section = file.GetSectionData(file.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress)
                .GetReader();
            section.Offset = (int)resource.Offset;
            resources.Add(metadata.GetString(resource.Name), section.ReadBytes(section.ReadInt32()));
        }
        return resources;
    }
}
