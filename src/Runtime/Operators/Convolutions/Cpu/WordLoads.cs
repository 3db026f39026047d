using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions.Cpu;

/// <summary>How the lanes of a subgroup load words of 4 or 8 numbers, each one of its own: from storage buffers as
/// 64-bit integers, or as texels. A driver that runs on a CPU iterations a storage load into one of each lane, whose
/// parts it puts together one by one: that takes instructions of AVX-512 and a driver that unrolls it to be fast,
/// elsewhere up to 30 times as long. A texel is loaded whole.</summary>
/// <param name="AreTexels">Whether they are texels.</param>
internal readonly record struct WordLoads(bool AreTexels)
{
    /// <summary>Every way.</summary>
    public static IReadOnlyList<WordLoads> All { get; } = [new(AreTexels: false), new(AreTexels: true)];

    /// <summary>What the names of kernels and variants end in.</summary>
    public string Ending => AreTexels ? "_texel" : "";

    /// <summary>Whether a step's device loads so from operands of these many numbers.</summary>
    public bool Take(LoweringStep step, params ReadOnlySpan<long> counts) =>
        AreTexels ? step.ReadsTexels(counts) : step.Options.Device.HasInt64;

    /// <summary>The bindings that are texels, of those that a kernel reads words from.</summary>
    public uint Texels(params ReadOnlySpan<int> bindings)
    {
        uint mask = 0;
        foreach (int binding in bindings)
            mask |= 1u << binding;
        return AreTexels ? mask : 0;
    }

    /// <summary>The time of a load on lavapipe in multiply-adds of all lanes, to compare variants by.</summary>
    public double Cost(int wordFloats, LoweringStep step) => (AreTexels, step.Options.Device.JoinsLoads) switch
    {
        (true, _) => wordFloats == 8 ? 90 : 45,
        (false, true) => wordFloats == 8 ? 60 : 36,
        (false, false) => wordFloats == 8 ? 160 : 80,
    };
}
