namespace SoftPool.Benchmarks;

/// <summary>A GPU as its data sheet has it, for predictions of time. Nothing of it was measured here.</summary>
/// <param name="Name">What it is called in results.</param>
/// <param name="Compiler">The GPU of tools/gpu-compilers.sh whose compiler stands in for its own.</param>
/// <param name="Units">The units that run workgroups: streaming multiprocessors, compute units, subslices of 16
/// execution units, shader processors, cores.</param>
/// <param name="ReportedUnits">As many as its driver reports, by which kernels are chosen; 0 where it reports
/// none, and the guess of the runtime decides.</param>
/// <param name="Schedulers">Those of a unit, each issuing one instruction of a subgroup at a time.</param>
/// <param name="Lanes">Lanes that a scheduler serves in a cycle.</param>
/// <param name="Gigahertz">Its clock.</param>
/// <param name="GigabytesPerSecond">Bandwidth of its memory.</param>
/// <param name="CacheGigabytesPerSecond">Bandwidth of its last cache.</param>
/// <param name="CacheMegabytes">Size of that cache.</param>
/// <param name="LatencyNanoseconds">From a load to its value, out of that cache.</param>
/// <param name="LaunchMicroseconds">What a launch behind a barrier costs beside its work: the GPU drains and fills
/// again.</param>
/// <param name="MatrixProducts">Multiply-adds of matrix units in the time of one of all lanes, 16-bit floats with sums
/// in 32 bits; 0 where kernels do not use any. H100's is what is reached with the instructions that Vulkan has: 60 % of
/// its data sheet's.</param>
/// <param name="MultiplyAdds">Those of a lane in a cycle: 2 where an instruction can hold two, and where a subgroup
/// twice as wide as the lanes is done in one cycle.</param>
/// <param name="SharesLoads">Whether lanes that load the same word of shared memory take its bandwidth once.</param>
internal sealed record TargetGpu(
    string Name, string Compiler, int Units, int ReportedUnits, int Schedulers, int Lanes, double Gigahertz,
    double GigabytesPerSecond, double CacheGigabytesPerSecond, double CacheMegabytes, double LatencyNanoseconds,
    double LaunchMicroseconds, double MatrixProducts = 0, int MultiplyAdds = 1, bool SharesLoads = true)
{
    public static IReadOnlyList<TargetGpu> All { get; } =
    [
        new("H100", "nvidia-ampere", 132, 132, 4, 32, 1.755, 3350, 5500, 50, 200, 2, 10),
        new("RTX 4060", "nvidia-ampere", 24, 24, 4, 32, 2.46, 272, 1100, 24, 150, 2, 2),
        new("RX 7900 XTX", "amd-navi31", 96, 96, 2, 32, 2.5, 960, 3500, 96, 180, 3, 4, 2, SharesLoads: false),
        new("Radeon 780M", "amd-gfx1150", 12, 12, 2, 32, 2.7, 90, 450, 2, 200, 4, 4, 2, SharesLoads: false),
        new("Intel Xe 96 EU", "intel-tgl", 6, 0, 16, 8, 1.35, 68, 250, 3.8, 250, 5),
        new("Arc A770", "intel-dg2", 32, 0, 16, 8, 2.1, 560, 2000, 16, 250, 4),
        new("Adreno 750", "adreno-750", 12, 0, 2, 64, 0.9, 77, 250, 3, 350, 8),
        new("Apple M1", "apple-m1", 8, 0, 4, 32, 1.278, 68, 250, 8, 250, 4),
    ];
}
