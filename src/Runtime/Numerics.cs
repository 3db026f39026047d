namespace SoftPool;

/// <summary>Which arithmetic a session's kernels use.</summary>
public enum Numerics
{
    /// <summary>The device's own arithmetic, with fused multiply-adds and its division. Results differ between devices
    /// in the last bits, within the tolerances of verification.</summary>
    Fast,

    /// <summary>Only correctly rounded additions, subtractions and multiplications in a fixed order, comparisons and
    /// integer operations: the same bits on every device and driver.</summary>
    Strict,
}
