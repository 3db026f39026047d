namespace SoftPool.Operators;

/// <summary>The cases of all operators.</summary>
internal static class OperatorCases
{
    /// <summary>One list serves the self-test, the tests on every driver, torch and the reference.</summary>
    public static IReadOnlyList<OperatorCase> All { get; } =
    [
        .. ArgReductionCases.All, .. BatchNorm2dCases.All, .. BorderPad2dCases.All, .. ChainCases.All,
        .. ChannelShuffleCases.All,
        .. ConcatCases.All, .. ConstantPadCases.All, .. Conv2dCases.All, .. Conv3dCases.All,
        .. ConvTranspose2dCases.All, .. DropoutCases.All, .. ElementwiseCases.All, .. ExpandCases.All,
        .. FlattenCases.All, .. GroupNormCases.All, .. IndexSelectCases.All, .. LayerNormCases.All, .. LinearCases.All,
        .. LocalResponseNormCases.All, .. LogSoftmaxCases.All, .. MatMulCases.All, .. NormalizeCases.All,
        .. PermuteCases.All, .. PixelShuffleCases.All, .. PointwiseCases.All, .. PoolingCases.All, .. PReLUCases.All,
        .. ReduceCases.All, .. ReshapeCases.All, .. SliceCases.All, .. SoftmaxCases.All, .. TopKCases.All,
        .. UpsampleCases.All, .. WhereCases.All, .. ZeroPad2dCases.All,
    ];
}
