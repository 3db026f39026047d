namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Pointwise"/> operators. A batch of 2 makes no whole texels of some shapes, one of 4
/// does.</summary>
internal static class PointwiseCases
{
    private static Pointwise[] Functions =>
    [
        new ReLU(), new LeakyReLU(0.2), new Sigmoid(), new SiLU(), new ReLU6(), new Hardsigmoid(), new Hardswish(),
        new Tanh(), new ELU(), new ELU(1.7), new GELU(GeluApproximation.None), new GELU(GeluApproximation.Tanh),
        new Erf(), new Hardtanh(-0.7, 1.3), new Softplus(), new Softsign(), new Mish(), new SELU(), new CELU(),
        new CELU(0.3), new Sign(), new LogicalNot(), new IsNaN(), new IsInf(), new Threshold(0.3, -0.7),
    ];

    // Held to numbers whose values are finite and not too far apart.
    private static Operator[][] Elementary =>
    [
        [new Abs()], [new Floor()], [new Ceil()], [new Round()], [new Hardtanh(-6, 4), new Exp()],
        [new Abs(), new Log()], [new Abs(), new Sqrt()], [new Hardtanh(0.05, 100), new Reciprocal()],
        [new Hardtanh(-30, -0.1), new Reciprocal()], [new Hardtanh(-9, 9), new Sin()], [new Hardtanh(-9, 9), new Cos()],
        [new Hardtanh(-1.2, 1.2), new Tan()], [new ReLU(), new LogicalNot()],
    ];

    public static IEnumerable<OperatorCase> All { get; } =
    [
        .. from batch in (int[])[2, 4]
           from network in (Operator[][])
           [
               [new SiLU(), new LeakyReLU(0.2), new ReLU(), new Sigmoid()],
               [new Hardswish(), new ELU(), new ReLU6(), new Tanh(), new Hardsigmoid(), new Hardtanh(-0.2, 0.6)],
           ]
           select OperatorCase.Chain(new(3, 7, 5), batch, network) with { IsSelfTest = true },
        // The rarer ones in one form of the kernel: each is compiled, and the test of a network's own layers has them
        // too.
        .. from network in (Operator[][])
           [
               [new GELU(GeluApproximation.None), new Erf(), new GELU(GeluApproximation.Tanh)],
               [new Hardtanh(0.1, 3), new Reciprocal(), new Sqrt(), new Log(), new Abs(), new Exp()],
               [new Hardtanh(-9, 9), new Sin(), new Cos(), new Tan(), new Threshold(0.2, -1), new Sign()],
               [new Softplus(), new SELU(), new Softsign(), new CELU(0.7), new Mish()],
           ]
           select OperatorCase.Chain(new(3, 7, 5), 2, network) with { IsSelfTest = true },
        .. from function in Functions
           from row in ((TensorShape Input, int Batch)[])[(new(1), 1), (new(3, 5, 7), 17), (new(3, 5, 7), 4)]
           select new OperatorCase(function, row.Input, row.Batch),
        .. from network in Elementary
           from batch in (int[])[3, 4]
           select OperatorCase.Chain(new(3, 5, 7), batch, network),
    ];
}
