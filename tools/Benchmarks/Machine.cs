using System.Text.RegularExpressions;

namespace SoftPool.Benchmarks;

/// <summary>What everything here runs on.</summary>
internal static partial class Machine
{
    /// <summary>CPU and cores.</summary>
    public static string Describe()
    {
        string cpu = "";
        if (File.Exists("/proc/cpuinfo"))
            cpu = File.ReadLines("/proc/cpuinfo")
                .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1]
                .Trim() ?? "";
        return $"{(cpu.Length > 0 ? cpu : "unknown CPU")}, {Environment.ProcessorCount} cores";
    }

    /// <summary>All devices that run the kernels, opened.</summary>
    /// <param name="cacheFolder">Where compiled kernels are kept; empty for nowhere.</param>
    public static IReadOnlyList<GpuDevice> OpenDevices(string cacheFolder) =>
    [
        .. GpuDevice.Enumerate().Where(info => info.Unsupported is null).Select(
            info => GpuDevice.Create($"{info.Index}", new GpuDeviceOptions { PipelineCacheFolder = cacheFolder })),
    ];

    /// <summary>A device in a table: "llvmpipe Mesa 25.0.7", and in front of that the name of a GPU. Two drivers of one
    /// name differ by their versions.</summary>
    public static string RunnerOf(GpuDeviceInfo info)
    {
        string driver = Details().Replace(info.Driver, "");
        return info.Kind == GpuKind.Cpu && driver.Length > 0 ? driver : $"{info.Name}, {driver}";
    }

    [GeneratedRegex(@"(-\S+)?( \(.*)?$")]
    private static partial Regex Details();
}
