using SoftPool.Planning;
using SoftPool.Trainer;
using SoftPool.Vulkan;

namespace SoftPool.Benchmarks;

/// <summary>What a driver's compiler says of one pipeline.</summary>
/// <param name="Kernel">The kernel's name.</param>
/// <param name="Layer">A layer that launches it.</param>
/// <param name="Variant">Which of several ways to compute the layer it belongs to; empty where there is one.</param>
/// <param name="IsChosen">Whether a session on this device takes it by itself.</param>
/// <param name="Specialization">The values of its specialization constants.</param>
/// <param name="Statistics">The driver's figures by the driver's names.</param>
/// <param name="Loop">The instructions of its main loop; null where the driver shows no assembly, or there is no loop.</param>
internal sealed record CompiledKernel(
    string Kernel, string Layer, string Variant, bool IsChosen, IReadOnlyList<uint> Specialization,
    IReadOnlyDictionary<string, double> Statistics, MainLoop? Loop)
{
    public static CompiledKernel Compile(VulkanDevice device, KernelDispatch launch, bool isChosen)
    {
        using PipelineStore.Lease lease = device.Pipelines.Take(launch);
        PipelineStatistics statistics = lease.Pipeline.Statistics();
        return new CompiledKernel(
            launch.Kernel, launch.Layer, launch.Variant, isChosen, launch.Specialization, statistics.Values,
            statistics.Texts.TryGetValue("Assembly", out string? assembly) ? MainLoop.Find(assembly) : null);
    }

    /// <summary>Vector registers that did not fit and went to memory.</summary>
    /// <exception cref="UserErrorException">The driver does not say, or says it under another name: no spill would ever be seen.</exception>
    public double VectorSpills => Statistics.TryGetValue("Spilled VGPRs", out double spilled)
        ? spilled + this["Scratch size"]
        : throw new UserErrorException($"The driver does not tell spilled VGPRs, only: {string.Join(", ", Statistics.Keys)}.");

    /// <summary>Scalar registers that did not fit. They go to lanes of a vector register, not to memory.</summary>
    public double ScalarSpills => this["Spilled SGPRs"];

    /// <summary>A figure by the driver's name for it; 0 where it gives none.</summary>
    public double this[string statistic] => Statistics.GetValueOrDefault(statistic);
}
