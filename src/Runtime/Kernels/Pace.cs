namespace SoftPool.Kernels;

/// <summary>How fast a device is at the least, and how long it may work without a pause. Systems reset a GPU that does
/// not answer for some time: Windows after two seconds, during which other programs draw nothing.</summary>
/// <param name="MultiplyAdds">In a millisecond.</param>
/// <param name="Bytes">Read and written in a millisecond.</param>
/// <param name="LongestMilliseconds">The most that is submitted at once.</param>
internal sealed record Pace(double MultiplyAdds, double Bytes, double LongestMilliseconds)
{
    /// <summary>A tenth of what systems grant; a submission costs the host some microseconds.</summary>
    private const double Usual = 100;

    /// <summary>What the slowest devices of a kind do with these kernels, by guess. A CPU has no
    /// watchdog.</summary>
    public static Pace Of(GpuKind kind) => kind switch
    {
        GpuKind.Discrete => new(100e6, 20e6, Usual),
        GpuKind.Cpu => new(25e6, 5e6, double.PositiveInfinity),
        _ => new(25e6, 5e6, Usual),
    };

    /// <summary>Whether what the device really takes is measured, and a slower one given less.</summary>
    public bool IsMeasured { get; init; } = true;

    /// <summary>Whether submissions are divided at all.</summary>
    public bool Divides => double.IsFinite(LongestMilliseconds);

    /// <summary>How long a launch may take.</summary>
    public double MillisecondsOf(KernelLaunch launch) =>
        launch.MultiplyAdds / MultiplyAdds
            + launch.Operands.Distinct().Sum(operand => (double)operand.ByteCount) / Bytes;
}
