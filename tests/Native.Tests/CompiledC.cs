using System.Diagnostics;
using System.Reflection;

namespace SoftPool.Native.Tests;

/// <summary>C and C++ programs that use the library: compiled, linked and run.</summary>
internal static class CompiledC
{
    public static string Root { get; } = Metadata("RepositoryRoot");

    public static string Include => Path.Combine(Root, "src/Native/include");

    public static string LibraryFolder { get; } = Metadata("LibraryFolder");

    public static string Library => Path.Combine(LibraryFolder, "libsoftpool.so");

    /// <summary>Why no program can be compiled; null if it can.</summary>
    public static string? Missing =>
        !OperatingSystem.IsLinux() ? "The C programs are compiled on Linux only."
        : !Exists("cc") || !Exists("c++") ? "There is no C compiler (cc and c++): tools/setup.sh --native installs one."
        : null;

    /// <summary>Compiles a program, without a warning.</summary>
    public static void Compile(string source, string program, params string[] more)
    {
        bool isCpp = source.EndsWith(".cpp", StringComparison.Ordinal);
        (int code, string output) = Run(
            isCpp ? "c++" : "cc", [],
            [
                isCpp ? "-std=c++17" : "-std=c11", "-D_GNU_SOURCE", "-O1", "-g", "-Wall", "-Wextra", "-Wshadow",
                "-Wpedantic", "-Werror", "-I", Include, source, "-o", program,
                "-L", LibraryFolder, "-lsoftpool", $"-Wl,-rpath,{LibraryFolder}", "-lm", "-lpthread", .. more,
            ]);
        Assert.AreEqual(0, code, output);
    }

    /// <summary>Runs a program to its end, two minutes at most.</summary>
    public static (int Code, string Output) Run(
        string program, (string Name, string Value)[] environment, params string[] arguments) =>
        Run(TimeSpan.FromMinutes(2), program, environment, arguments);

    /// <summary>Runs a program to its end, or as long as it may take.</summary>
    public static (int Code, string Output) Run(
        TimeSpan limit, string program, (string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(limit))
            process.Kill();
        process.WaitForExit();
        return (process.ExitCode, output.Result + error.Result);
    }

    /// <summary>Whether a library of these versions can be compiled against, as pkg-config writes it: "libplacebo >=
    /// 4.208".</summary>
    public static bool HasLibraries(params string[] versions) =>
        Exists("pkg-config") && Run("pkg-config", [], ["--exists", .. versions]).Code == 0;

    /// <summary>Whether a program is on the PATH.</summary>
    public static bool Exists(string program) => Environment.GetEnvironmentVariable("PATH")!.Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static string Metadata(string key) => typeof(CompiledC).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == key).Value!;
}
