namespace SoftPool.Onnx.Import;

/// <summary>How one ONNX operator becomes layers.</summary>
/// <param name="OpType">The operator's name in ONNX.</param>
/// <param name="Becomes">What it becomes, for docs/onnx.md.</param>
/// <param name="Takes">Which of its attributes and inputs are taken, for docs/onnx.md.</param>
/// <param name="Convert">Reads all attributes, then the inputs, and gives the first output.</param>
/// <param name="GivesSeveral">Whether it gives all outputs, as <see cref="Several"/>.</param>
internal sealed record Converter(
    string OpType, string Becomes, string Takes, Func<ImportStep, Value> Convert, bool GivesSeveral = false)
{
    /// <summary>The other nodes that a node is written as, from the shapes of its inputs; null of an operator that has
    /// layers of its own.</summary>
    public Func<ImportStep, IReadOnlyList<int[]>, IReadOnlyList<OnnxNode>>? Rewrite { get; init; }
}

/// <summary>The operators of the standard domain that are imported.</summary>
internal static class ConverterTable
{
    private static readonly Dictionary<string, Converter> ByName = new Converter[][]
    {
        ConvolutionConverters.All, ConvTransposeConverter.All, PoolingConverters.All, PointwiseConverters.All,
        ArithmeticConverters.All, ElementwiseConverters.All, ReductionConverters.All, NormConverters.All,
        SelectionConverters.All, LpPoolConverter.All,
        LinearConverters.All, ShapeConverters.All, ResizeConverters.All, SliceConverters.All, RepetitionConverters.All,
    }.SelectMany(family => family).ToDictionary(converter => converter.OpType);

    public static IEnumerable<Converter> All =>
        ByName.Values.OrderBy(converter => converter.OpType, StringComparer.Ordinal);

    public static Converter? Find(string opType) => ByName.GetValueOrDefault(opType);
}
