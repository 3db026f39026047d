using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.Benchmarks;

/// <summary>The predicted time of one launch: the longest of five times, each as if nothing else took any.
/// docs/notes/gpus.md lists the assumptions.</summary>
/// <param name="Issue">Instructions of the busiest unit, issued by its schedulers.</param>
/// <param name="Wait">Waits of a subgroup for memory, one after the other, in as many rounds as workgroups take to go
/// through the unit.</param>
/// <param name="Memory">Bytes through the GPU's memory.</param>
/// <param name="Cache">Bytes through its last cache.</param>
/// <param name="Shared">Bytes out of the shared memory of the busiest unit.</param>
/// <param name="Allowed">What products and bytes allow: the longer of products at the peak rate and bytes at the
/// memory's bandwidth.</param>
internal sealed record LaunchPrediction(
    double Issue, double Wait, double Memory, double Cache, double Shared, double Allowed)
{
    // With one subgroup a scheduler waits for each result, about twice as long as it takes to issue an instruction.
    private const double EnoughSubgroups = 2;

    // What a kernel waits for beside its loop: its first loads, and the end of its stores.
    private const double WaitsBesideLoop = 2;

    // The banks of shared memory, of every GPU of the table: 32 words.
    private const double SharedBytesOfCycle = 128;

    // Of the rate of two in a cycle, what subgroups twice as wide as the lanes reach: AMD's have operands for so many.
    private const double ShareOfWide = 5 / 6.0;

    // Of a compiler that shows no assembly: multiply-adds among a product's instructions, and a trip of other loops.
    private const double ShareOfProducts = 0.7;
    private const double InstructionsOfTrip = 16;

    // Loads that a loop has on their way before it waits, where no assembly tells.
    private const double LoadsAhead = 4;

    private const double Micro = 1e6, Nano = 1e-9, Giga = 1e9;

    /// <summary>In microseconds, as all of these are.</summary>
    public double Time => Math.Max(Math.Max(Math.Max(Issue, Wait), Math.Max(Memory, Cache)), Shared);

    /// <summary>Which of the five it is.</summary>
    public string Bound =>
        Time == Issue ? "instructions" : Time == Wait ? "latency" : Time == Memory ? "memory"
            : Time == Cache ? "cache" : "shared memory";

    public static LaunchPrediction Of(
        TargetGpu gpu, KernelLaunch launch, KernelsFigures figures, MainLoop? mainLoop, double subgroup)
    {
        var gemm = GemmWork.Of(launch);
        double groups = (double)launch.Groups.X * launch.Groups.Y * launch.Groups.Z;
        double workgroup = WorkgroupSize(launch);
        double subgroupsOfGroup = Math.Ceiling(workgroup / subgroup);
        double invocations = groups * workgroup;
        double resident = figures.SubgroupsOfUnit(gpu, subgroup);

        double busiest = Math.Ceiling(groups / gpu.Units);
        double together = Math.Min(busiest, Math.Max(1, Math.Floor(resident / subgroupsOfGroup)));
        double rounds = Math.Ceiling(busiest / together);

        double products = IsProduct(launch) ? gemm?.Products ?? launch.MultiplyAdds : 0;
        double trips = launch.Iterations, ofTrip = InstructionsOfTrip, outside = figures.Instructions;
        if (gemm is { OnMatrixUnits: true })
            // A trip of its loop is a step; a single step may have none.
            (trips, ofTrip, outside) = mainLoop is { } step
                ? (gemm.Steps, step.All, Math.Max(0, outside - step.All))
                : (0, 0, outside);
        else if (mainLoop is { } loop)
        {
            trips = loop.Products > 0 && products > 0 ? products / invocations / loop.Products : trips;
            // What a product of matrices does beside its loop, it does in each step.
            double ofSteps = gemm is null ? 0 : loop.Around;
            double atOnce = subgroup > gpu.Lanes ? Math.Max(1, gpu.MultiplyAdds * ShareOfWide) : 1;
            (ofTrip, outside) = (
                loop.All - loop.MultiplyAdd + loop.MultiplyAdd / atOnce,
                Math.Max(0, outside - loop.All - ofSteps) + (gemm?.Steps ?? 0) * ofSteps);
        }
        else if (products > 0)
            (trips, ofTrip) = (products / invocations, 1 / ShareOfProducts);
        // Their loops are for cells that lie very far apart.
        if (launch.Id.Shader.EndsWith("_tile", StringComparison.Ordinal))
            trips = 0;
        double instructions = outside + trips * ofTrip;
        double cycles = Math.Max(1, subgroup / gpu.Lanes);
        double ready = together * subgroupsOfGroup / gpu.Schedulers;
        double hertz = gpu.Gigahertz * Giga;
        double issue = busiest * subgroupsOfGroup * instructions * cycles / gpu.Schedulers
            / Math.Min(1, ready / EnoughSubgroups) / hertz;
        double productsOfUnit = gpu.Schedulers * gpu.Lanes
            * (gemm is { OnMatrixUnits: true } ? gpu.MatrixProducts : gpu.MultiplyAdds);
        if (gemm is { OnMatrixUnits: true })
            issue = Math.Max(issue, gemm.Products / groups * busiest / productsOfUnit / hertz);

        // A product of matrices loads a step while it computes the one before it. Other loops wait once a trip that
        // loads; the subgroups of a unit wait together.
        double latency = gpu.LatencyNanoseconds * Nano;
        double serial = instructions * cycles * EnoughSubgroups / hertz;
        double waits = gemm?.Steps
            ?? (mainLoop is { Load: > 0 } || trips == 0 ? trips : launch.Iterations / LoadsAhead);
        double wait = rounds * (gemm is null
            ? (waits + WaitsBesideLoop) * latency + serial
            : WaitsBesideLoop * latency + Math.Max(waits * latency, serial));

        double bytes = Math.Min(
            launch.Operands.Distinct().Sum(operand => (double)operand.ByteCount), invocations * MostBytes(launch));
        double weights = launch.Operands.OfType<Constant>().Sum(constant => (double)constant.ByteCount);
        // What the launch before has written is still in the cache where it fits; weights are not: those of a whole
        // network have passed since they were read.
        bool isCached = bytes - weights <= gpu.CacheMegabytes * 1e6 / 2;
        double memory = (isCached ? weights : bytes) / (gpu.GigabytesPerSecond * Giga);
        double cache = Math.Max(bytes, gemm?.LoadedBytes ?? 0) / (gpu.CacheGigabytesPerSecond * Giga);
        double shared = busiest * (gemm?.SharedBytes(subgroup, gpu.SharesLoads) ?? 0) / SharedBytesOfCycle / hertz;
        // Products of matrices count what is beyond the shape, layers those of a direct convolution even if Winograd's
        // algorithm takes fewer.
        double needed = IsProduct(launch) ? Math.Min(launch.MultiplyAdds, products) : 0;
        double allowed = Math.Max(needed / (productsOfUnit * gpu.Units * hertz), memory);
        return new(issue * Micro, wait * Micro, memory * Micro, cache * Micro, shared * Micro, allowed * Micro);
    }

    /// <summary>What one invocation reads and writes of its own, where a launch may be for a part of its operands'
    /// batch: Winograd's transforms of tiles of 4x4 outputs.</summary>
    private static double MostBytes(KernelLaunch launch) => launch.Id.Shader switch
    {
        "winograd6_input" or "winograd6_gemm_output" => (16 + 36) * sizeof(float),
        "winograd8_input" or "winograd8_gemm_output" => (16 + 64) * sizeof(float),
        "winograd6_gemm_output_add" => (16 + 16 + 36) * sizeof(float),
        "winograd8_gemm_output_add" => (16 + 16 + 64) * sizeof(float),
        _ => double.PositiveInfinity,
    };

    /// <summary>Whether its time is that of multiply-adds, and not of what is before and behind them.</summary>
    private static bool IsProduct(KernelLaunch launch) => launch.Id.Shader switch
    {
        "conv2d_pack" or "conv2d_planes" or "conv2d_gemm_sums" or "conv2d_gemm_sums_add" or "linear_sum" => false,
        string shader => shader.StartsWith("conv2d", StringComparison.Ordinal)
            || shader.StartsWith("linear", StringComparison.Ordinal),
    };

    /// <summary>The invocations of a workgroup: a constant of the launch, or what the shader says.</summary>
    private static double WorkgroupSize(KernelLaunch launch)
    {
        foreach (SpecializationConstant constant in launch.Constants)
            if (constant.Name == "WORKGROUP_SIZE")
                return constant.Value;
        const uint OpExecutionMode = 16, LocalSize = 17;
        uint[] words = EmbeddedShaders.Load(launch.Kernel);
        for (int at = 5; at < words.Length; at += (int)(words[at] >> 16))
            if ((words[at] & 0xFFFF) == OpExecutionMode && words[at + 2] == LocalSize)
                return (double)words[at + 3] * words[at + 4] * words[at + 5];
        throw new InvalidOperationException($"{launch.Kernel} does not say the size of its workgroups.");
    }
}
