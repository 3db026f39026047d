namespace SoftPool;

/// <summary>Which arithmetic a session's kernels use.</summary>
public enum Numerics
{
    /// <summary>The device's own: fused multiply-adds, its division. Results differ from device to device in the last bits,
    /// within the gates of verification.</summary>
    Fast,

    /// <summary>Correctly rounded additions, subtractions and multiplications in a fixed order, comparisons and integer
    /// operations, nothing else: the same bits on every device and driver.</summary>
    Strict,
}
