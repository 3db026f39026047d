namespace SoftPool.Kernels;

/// <summary>A function of each element that a kernel computes on the way, as pointwise.glsl knows it.</summary>
/// <param name="Code">Its number there; 0 is none.</param>
/// <param name="Coefficient">Its parameter, where it has one.</param>
internal readonly record struct PointwiseFunction(uint Code, float Coefficient)
{
    /// <summary>The two specialization constants of pointwise.glsl, which every kernel that takes a function along
    /// has.</summary>
    public SpecializationConstant[] Constants =>
        [("POINTWISE", Code), ("COEFFICIENT_BITS", BitConverter.SingleToUInt32Bits(Coefficient))];
}
