using SoftPool.Operators;

namespace SoftPool.Planning;

/// <summary>The two specialization constants of pointwise.glsl, which every kernel that takes a pointwise operator along has
/// behind those of its shape.</summary>
internal static class PointwiseConstants
{
    public static uint[] Of(Pointwise? pointwise) =>
        [pointwise?.Code ?? 0, BitConverter.SingleToUInt32Bits(pointwise?.Coefficient ?? 0)];
}
