namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Pointwise"/> operators. A batch of 2 makes no whole texels of some shapes, one of 4
/// does.</summary>
internal static class PointwiseCases
{
    private static Pointwise[] Functions =>
    [
        new ReLU(), new LeakyReLU(0.2), new Sigmoid(), new SiLU(), new ReLU6(), new Hardsigmoid(), new Hardswish(), new Tanh(), new ELU(),
        new ELU(1.7), new GELU(GeluApproximation.None), new GELU(GeluApproximation.Tanh), new Erf(),
    ];

    public static IEnumerable<OperatorCase> All { get; } =
    [
        .. from batch in (int[])[2, 4]
           from network in (Operator[][])
           [
               [new SiLU(), new LeakyReLU(0.2), new ReLU(), new Sigmoid()],
               [new Hardswish(), new ELU(), new ReLU6(), new Tanh(), new Hardsigmoid()],
               [new GELU(GeluApproximation.None), new Erf(), new GELU(GeluApproximation.Tanh)],
           ]
           select OperatorCase.Chain(new(3, 7, 5), batch, network) with { IsSelfTest = true },
        .. from function in Functions
           from row in ((TensorShape Input, int Batch)[])[(new(1), 1), (new(3, 5, 7), 17), (new(3, 5, 7), 4)]
           select new OperatorCase(function, row.Input, row.Batch),
    ];
}
