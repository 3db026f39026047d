namespace SoftPool.Operators;

/// <summary>Pointwise operators one behind the other, as one launch computes them: functions, batch norms, operations
/// with layers that are repeated and with layers that are not, from the left and from the right, and another shape
/// between them.</summary>
internal static class ChainCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        .. from shape in (TensorShape[])[new(3, 7, 5), new(4, 3, 8)]
           select Gated(shape, 2) with { IsSelfTest = true },
        .. from shape in (TensorShape[])[new(3, 7, 5), new(6, 1, 1), new(1, 4, 4), new(4, 3, 8)]
           select OperatorCase.Chain(
               shape, 3, new BatchNorm2d(shape[0]), new Sigmoid(), new BatchNorm2d(shape[0]),
               new GELU(GeluApproximation.None), new Tanh()),
        // More than one launch has stages for.
        OperatorCase.Chain(
            new(5, 4, 4), 2, new Abs(), new Sqrt(), new Tanh(), new Mish(), new Softplus(), new LeakyReLU(-0.5)),
        .. from shape in (TensorShape[])[new(6, 5, 4), new(4, 4, 4)]
           select OperatorCase.Chain(
               shape, 2, new BatchNorm2d(shape[0]), new Reshape(new(2, shape.ElementCount / 2, 1)), new SiLU(),
               new BatchNorm2d(2), new Flatten()),
        .. from shape in (TensorShape[])[new(3, 5, 7), new(4, 3, 8)]
           from row in (Elementwise[])[new Divide(), new Maximum(), new Less(), new Subtract()]
           select Sided(row, shape),
    ];

    /// <summary>x times a gate of each channel, plus x times a column, and a function.</summary>
    private static OperatorCase Gated(TensorShape shape, int batch) => new(
        [
            new Layer("gate", new GlobalAvgPool(), [ModelGraph.InputName]),
            new Layer("column", new Slice(3, 0, 1, 1), [ModelGraph.InputName]),
            new Layer("gated", new Multiply(), ["gate", ModelGraph.InputName]),
            new Layer("norm", new BatchNorm2d(shape[0]), ["gated"]),
            new Layer("added", new Add(), ["norm", "column"]),
            new Layer("layer", new Hardswish(), ["added"]),
        ], shape, batch);

    /// <summary>The value of the chain on the left, and on the right.</summary>
    private static OperatorCase Sided(Elementwise op, TensorShape shape) => new(
        [
            new Layer("row", new Slice(2, 1, 1, 1), [ModelGraph.InputName]),
            new Layer("positive", new Hardtanh(0.5, 2), [ModelGraph.InputName]),
            new Layer("left", op, ["positive", "row"]), new Layer("right", op, ["row", "left"]),
            new Layer("layer", new Add(), ["right", ModelGraph.InputName]),
        ], shape, 2);
}
