using SoftPool.Runtime.Tests.Onnx.Import.Cases;

namespace SoftPool.Runtime.Tests.Onnx.Import;

/// <summary>Small models that are imported: which operators each becomes, which the runtime's tests look at; and the
/// values, which the trainer's tests hold to ONNX Runtime. The files are those of the importer's converters.</summary>
internal static class OnnxCases
{
    public static IReadOnlyList<OnnxCase> All { get; } =
    [
        .. ConvolutionCases.All, .. PoolingCases.All, .. ArithmeticCases.All, .. ElementwiseCases.All,
        .. ReductionCases.All, .. NormCases.All, .. SelectionCases.All,
        .. PointwiseCases.All, .. LinearCases.All, .. ShapeCases.All, .. ResizeCases.All, .. SliceCases.All,
        .. RepetitionCases.All, .. QuantizationCases.All, .. BatchCases.All,
        .. TypeCases.All, .. EinsumCases.All, .. FoldingCases.All,
    ];
}
