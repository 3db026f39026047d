using SoftPool.Trainer;

namespace SoftPool.Benchmarks;

/// <summary>What every compiler tells of a pipeline, under the names of its driver.</summary>
/// <param name="Registers">Vector registers of an invocation.</param>
/// <param name="Occupancy">Subgroups that one scheduler has room for, in the driver's own unit.</param>
/// <param name="Instructions">All instructions.</param>
/// <param name="Stores">Stores of registers to memory; on RADV the vector registers that went there.</param>
/// <param name="Reloads">Their loads back; on RADV the bytes of scratch memory of an invocation.</param>
internal sealed record KernelsFigures(
    double Registers, double Occupancy, double Instructions, double Stores, double Reloads)
{
    private const int IntelThreads = 7;

    /// <summary>A driver's names; that of registers tells the drivers apart.</summary>
    private sealed record Names(string Registers, string Occupancy, string Instructions, string Stores, string Reloads);

    private static readonly Names[] Drivers =
    [
        new("VGPRs", "Subgroups per SIMD", "Instructions", "Spilled VGPRs", "Scratch size"), // RADV
        new("Number of GPRs", "Max warps/SM", "Instruction count", "Spills to memory", "Fills from memory"), // NVK
        new("Registers used", "Max Waves Per Core", "Instruction Count", "STP Count", "LDP Count"), // Turnip
        new("GPRs", "Threads", "Instructions", "Spills", "Fills"), // Honeykrisp
        new("Max live registers", "Max dispatch width", "Instructions", "Spills", "Fills"), // ANV
    ];

    /// <summary>Takes them out of a driver's statistics.</summary>
    /// <exception cref="UserErrorException">The driver does not tell one of them, or tells it under another
    /// name.</exception>
    public static KernelsFigures Of(IReadOnlyDictionary<string, double> statistics)
    {
        Names names = Drivers.FirstOrDefault(driver => statistics.ContainsKey(driver.Registers))
            ?? throw Missing("registers", statistics);
        return new KernelsFigures(
            Figure(names.Registers), Figure(names.Occupancy),
            Figure(names.Instructions), Figure(names.Stores), Figure(names.Reloads));

        double Figure(string name) => statistics.TryGetValue(name, out double figure)
            ? figure : throw Missing($"'{name}'", statistics);
    }

    /// <summary>Subgroups that a unit of a GPU has room for, out of the driver's own unit.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <param name="subgroup">The invocations of a subgroup.</param>
    public double SubgroupsOfUnit(TargetGpu gpu, double subgroup) => gpu.Compiler.Split('-')[0] switch
    {
        "amd" => Occupancy * gpu.Schedulers,
        "apple" => Occupancy / subgroup,
        // Each execution unit of Intel's has room for that many threads, whatever their registers.
        "intel" => IntelThreads * gpu.Schedulers,
        _ => Occupancy,
    };

    private static UserErrorException Missing(string what, IReadOnlyDictionary<string, double> statistics) =>
        new($"The driver does not tell {what} by a name known here, only: {string.Join(", ", statistics.Keys)}.");
}
