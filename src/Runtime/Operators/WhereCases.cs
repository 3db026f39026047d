namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Where"/>: which of two that differ everywhere is taken, and inputs that are
/// repeated.</summary>
internal static class WhereCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        .. from shape in (TensorShape[])[new(3, 7, 5), new(3, 7, 8)]
           select Of(shape, 2) with { IsSelfTest = true },
        Of(new(1), 1),
        Of(new(7), 17),
        Of(new(2, 3, 4, 4), 2),
        .. from dim in (int[])[1, 2, 3]
           from shape in (TensorShape[])[new(3, 5, 7), new(4, 3, 8)]
           select Repeated(dim, shape),
    ];

    private static OperatorCase Of(TensorShape input, int batch) => new(
        [
            new Layer("condition", new ReLU(), [ModelGraph.InputName]),
            new Layer("other", new Hardtanh(-0.5, -0.25), [ModelGraph.InputName]),
            new Layer("layer", new Where(), ["condition", ModelGraph.InputName, "other"]),
        ], input, batch);

    private static OperatorCase Repeated(int dim, TensorShape input) => new(
        [
            new Layer("part", new Slice(dim, 0, 1, 1), [ModelGraph.InputName]),
            new Layer("condition", new ReLU(), ["part"]),
            new Layer("other", new Slice(dim % 3 + 1, 1, 1, 1), [ModelGraph.InputName]),
            new Layer("layer", new Where(), ["condition", ModelGraph.InputName, "other"]),
        ], input, 2);
}
