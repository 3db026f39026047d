using System.CommandLine;
using SoftPool;
using SoftPool.Benchmarks;
using SoftPool.Trainer;
using Spectre.Console;

// Measures this project: whole networks and single operators on every Vulkan device beside torch on the CPU, what
// a driver's compiler makes of the kernels, how time grows. The devices are those of the drivers that VK_DRIVER_FILES
// names; tools/benchmark.sh sets it.
//
// Not BenchmarkDotNet: it runs one case after the other, each in a process of its own. Here a machine's speed drifts by
// more than what is to be seen, so the runners of a case alternate within seconds, and what is compared is their
// ratio.
if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = 180;
var root = new RootCommand("Measures networks, operators and kernels on Vulkan devices, beside torch.")
{
    RunCommand.Create(),
    GrowthCommand.Create(),
    KernelsCommand.Create(),
    KernelsTableCommand.Create(),
    PredictCommand.Create(),
    PredictTableCommand.Create(),
    ModelCheckCommand.Create(),
    ParityCommand.Create(),
    FirstResultCommand.Create(),
    CertificatesCommand.Create(),
};
try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is SoftPoolException or UserErrorException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 1;
}
