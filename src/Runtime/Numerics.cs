namespace SoftPool;

/// <summary>The arithmetic of a session's kernels.</summary>
public enum Numerics
{
    /// <summary>The device's own arithmetic, with fused multiply-adds and the device's own division. Results differ
    /// between devices in the last bits, within the tolerances of verification.</summary>
    Fast,

    /// <summary>Correctly rounded additions, subtractions and multiplications in a fixed order, comparisons and integer
    /// operations only. Results have the same bits on every device and driver.</summary>
    Strict,
}
