using System.Diagnostics;
using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Trainer;
using SoftPool.Vulkan;

namespace SoftPool.Benchmarks;

/// <summary>What a driver's compiler says of one pipeline.</summary>
/// <param name="Kernel">The kernel's name.</param>
/// <param name="Layer">A layer that launches it.</param>
/// <param name="Variant">Which of several ways to compute the layer it belongs to; empty where there is one.</param>
/// <param name="IsChosen">Whether a session on this device takes it by itself.</param>
/// <param name="Constants">The values of its specialization constants.</param>
/// <param name="Statistics">The driver's figures by the driver's names.</param>
/// <param name="Loop">The instructions of its main loop; null where the driver shows no assembly, or there is no
/// loop.</param>
/// <param name="SubgroupSize">Invocations in a subgroup, as compiled.</param>
/// <param name="Milliseconds">How long the driver compiled it.</param>
/// <param name="FusedMultiplyAdds">How many instructions multiply and add with one rounding; null where the driver
/// shows no assembly.</param>
/// <param name="Uses">The launches that sessions on this device make with it: network/batch/numerics/layer.</param>
internal sealed record CompiledKernel(
    string Kernel, string Layer, string Variant, bool IsChosen, IReadOnlyList<SpecializationConstant> Constants,
    IReadOnlyDictionary<string, double> Statistics, MainLoop? Loop, uint SubgroupSize, double Milliseconds,
    int? FusedMultiplyAdds, IReadOnlyList<string> Uses)
{
    public static CompiledKernel Compile(
        VulkanDevice device, KernelLaunch launch, bool isChosen, IReadOnlyList<string> uses, string? textFolder = null)
    {
        long begin = Stopwatch.GetTimestamp();
        using PipelineStore.Lease lease = device.Pipelines.Take(launch);
        double milliseconds = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        PipelineStatistics statistics = lease.Pipeline.Statistics();
        if (textFolder is not null)
        {
            Directory.CreateDirectory(textFolder);
            foreach ((string name, string text) in statistics.Texts)
                File.WriteAllText(
                    Path.Combine(textFolder, $"{launch.Kernel}.{launch.Layer}.{name.Replace('/', '_')}.txt"), text);
        }
        MachineCode? code = MachineCode.Of(statistics.Texts);
        return new CompiledKernel(
            launch.Kernel, launch.Layer, launch.Variant, isChosen, launch.Constants, statistics.Values,
            code is null ? null : MainLoop.Find(code), statistics.SubgroupSize, milliseconds, code?.Fused, uses);
    }

    /// <summary>What every driver tells, whatever it calls it.</summary>
    /// <exception cref="UserErrorException">A name is missing: no spill would ever be seen.</exception>
    [JsonIgnore]
    public KernelsFigures Figures { get; } = KernelsFigures.Of(Statistics);

    /// <summary>Whether vector registers did not fit and went to memory.</summary>
    [JsonIgnore]
    public bool Spills => Figures.Stores + Figures.Reloads > 0;

    /// <summary>Whether it would give other bits than strict numerics promises: products and sums are rounded
    /// apart there.</summary>
    [JsonIgnore]
    public bool BreaksStrict =>
        Kernel.EndsWith(KernelId.EndingOf(KernelNumerics.Strict), StringComparison.Ordinal) && FusedMultiplyAdds > 0;

    /// <summary>Scalar registers that did not fit. They go to lanes of a vector register, not to memory.</summary>
    public double ScalarSpills => this["Spilled SGPRs"];

    /// <summary>A figure by the driver's name for it; 0 where it gives none.</summary>
    public double this[string statistic] => Statistics.GetValueOrDefault(statistic);
}
