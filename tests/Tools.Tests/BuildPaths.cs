using System.Reflection;

namespace SoftPool.Tools.Tests;

/// <summary>Paths that the build wrote into this assembly (Tools.Tests.csproj, target TellPaths).</summary>
internal static class BuildPaths
{
    public static string RepositoryRoot { get; } = Read("RepositoryRoot");

    public static string PackageFolder { get; } = Read("PackageFolder");

    public static string LibTorchVersion { get; } = Read("LibTorchVersion");

    public static string LoadableLibTorchSharp { get; } = Read("LoadableLibTorchSharp");

    public static string PackagedLibTorchSharp { get; } = Read("PackagedLibTorchSharp");

    private static string Read(string key) => typeof(BuildPaths).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
