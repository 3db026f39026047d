namespace SoftPool.Kernels;

/// <summary>Which driver a device has, as far as kernels are chosen by it.</summary>
internal enum Driver
{
    Other,

    /// <summary>Mesa's driver that runs on a CPU.</summary>
    Lavapipe,

    /// <summary>Google's driver that runs on a CPU.</summary>
    SwiftShader,
}

/// <summary>What of a device decides which kernels it can run, and which of them are likely to be fast.</summary>
/// <param name="Driver">Its driver.</param>
/// <param name="SubgroupSize">The invocations of a subgroup, as the driver says; 1 where it is not known.</param>
/// <param name="HasShuffle">Whether the lanes of a subgroup may read each other's values, subgroupShuffle.</param>
/// <param name="HasInt64">Whether kernels may use 64-bit integers.</param>
/// <param name="LargestTexels">How many texels a kernel can read through one buffer view; 0 where it gains nothing. CPU
/// drivers load a texel's four elements in one go, and those of a storage buffer lane by lane, each with a check of its
/// own.</param>
/// <param name="LeastSubgroupSize">The least invocations that it runs as a subgroup; those that a smaller workgroup
/// lacks are idle.</param>
/// <param name="JoinsLoads">Whether the lanes' loads of words are put together quickly: by instructions of AVX-512, and
/// by a driver that does not go through the lanes in a loop.</param>
/// <param name="LargestWorkgroup">The most invocations of a workgroup; every device takes 128.</param>
/// <param name="Units">The units that run workgroups side by side (NVIDIA's streaming multiprocessors, AMD's compute
/// units, Arm's shader cores), where the driver says; a usual number for a GPU beside a CPU; else 0.</param>
/// <param name="StorageBuffers">The most storage buffers that a kernel reads and writes; every device takes 4.</param>
/// <param name="Matrix">What its matrix units multiply, where kernels can use them.</param>
/// <param name="SharesMemory">Whether it is a GPU that has the CPU's memory and none of its own.</param>
internal sealed record DeviceTraits(
    Driver Driver = Driver.Other, int SubgroupSize = 1, bool HasShuffle = false, bool HasInt64 = false,
    long LargestTexels = 0, int LeastSubgroupSize = 1, bool JoinsLoads = false, int LargestWorkgroup = 128,
    int Units = 0, int StorageBuffers = 4, MatrixShape? Matrix = null, bool SharesMemory = false)
{
    // A graphics card of the middle class. A smaller GPU is given a few workgroups more than it needs.
    private const int UsualUnits = 32;

    /// <summary>The units of a usual GPU that shares the CPU's memory: Apple's M1 has 8 cores, Intel's Xe 6 subslices,
    /// Qualcomm's Adreno 750 6 pairs. More workgroups than it needs would divide sums into parts that do not fit into
    /// its cache.</summary>
    public const int UsualIntegratedUnits = 8;

    // Two subgroups of 32 for each of a unit's usual four schedulers: with fewer, loads are waited for.
    private const double LanesOfUnit = 256;

    /// <summary>A device of which nothing is known: what every device runs is right.</summary>
    public static DeviceTraits Unknown { get; } = new();

    /// <summary>The units, or as many as a usual GPU has.</summary>
    public int UnitsOrGuess => Units > 0 ? Units : UsualUnits;

    /// <summary>The share of the device that a launch of so many invocations keeps busy, at most 1.</summary>
    public double Occupancy(double invocations) =>
        Driver == Driver.Other ? Math.Min(1, invocations / (LanesOfUnit * UnitsOrGuess)) : 1;

    /// <summary>The workgroup of kernels that need no more than a subgroup: one of a GPU, 32 or 64. A larger one would
    /// leave small layers with too few.</summary>
    public int WorkgroupSize => LeastSubgroupSize > 32 ? 64 : 32;
}
