namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Reduce"/>: one axis and several, side by side and not, in whole texels and not;
/// long ones, which are reduced in two steps; axes of one element.</summary>
internal static class ReduceCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        .. from kind in Enum.GetValues<Reduction>()
           where kind != Reduction.Prod
           from row in new OperatorCase[]
           {
               new(new Reduce(kind, [2, 3], Keepdim: true), new(3, 4, 5), 2) { IsSelfTest = true },
               new(new Reduce(kind, [1], Keepdim: false), new(5, 3, 4), 2) { IsSelfTest = true },
               new(new Reduce(kind, [3, 1], Keepdim: false), new(3, 4, 7), 3),
           }
           select row,
        .. from kind in new[] { Reduction.Mean, Reduction.Amin, Reduction.L2, Reduction.LogSumExp }
           from row in new OperatorCase[]
           {
               new(new Reduce(kind, [2], Keepdim: false), new(2, 301), 2) { IsSelfTest = true },
               new(new Reduce(kind, [1], Keepdim: true), new(304, 4), 1) { IsSelfTest = true },
               new(new Reduce(kind, [1, 3], Keepdim: true), new(300, 2, 5), 1) { IsSelfTest = true },
               new(new Reduce(kind, [1, 2, 3], Keepdim: true), new(7, 9, 11), 2),
               new(new Reduce(kind, [2, 4], Keepdim: true), new(3, 2, 5, 4), 2),
               new(new Reduce(kind, [5, 1, 3], Keepdim: false), new(2, 3, 4, 3, 5), 1),
               new(new Reduce(kind, [2], Keepdim: false), new(3, 1, 5), 1),
               new(new Reduce(kind, [1], Keepdim: false), new(6), 3),
           }
           select row,
        .. from kind in new[] { Reduction.Sum, Reduction.Amax, Reduction.L1 }
           select new OperatorCase(new Reduce(kind, [2], Keepdim: false), new(2, 301), 2) { IsSelfTest = true },
        // Products of more numbers would overflow.
        new(new Reduce(Reduction.Prod, [2, 3], Keepdim: true), new(4, 2, 3), 2) { IsSelfTest = true },
        new(new Reduce(Reduction.Prod, [3, 1], Keepdim: false), new(2, 4, 3), 2) { IsSelfTest = true },
        OperatorCase.Chain(
            new(2, 301), 1, new Hardtanh(1, 1.001953125), new Reduce(Reduction.Prod, [2], Keepdim: false)),
        new(new Reduce(Reduction.Sum, [2], Keepdim: true), new(2, 5003), 1),
        new(new Reduce(Reduction.Sum, [2], Keepdim: true), new(90, 300, 92), 1),
    ];
}
