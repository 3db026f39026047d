namespace SoftPool.Operators;

/// <summary>The cases of <see cref="ArgMax"/> and <see cref="ArgMin"/>: short axes and long ones, which are searched in
/// slices; many elements alike, as a ReLU or a Floor leaves them.</summary>
internal static class ArgReductionCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new ArgMax(1, Keepdim: true), new(7, 3, 5), 2) { IsSelfTest = true },
        new(new ArgMin(2, Keepdim: false), new(3, 301), 2) { IsSelfTest = true },
        new(new ArgMin(3, Keepdim: true), new(2, 3, 6), 2),
        new(new ArgMax(1, Keepdim: false), new(1), 2),
        .. from last in new[] { false, true }
           from op in new ArgReduction[]
           {
               new ArgMax(2, Keepdim: false) { SelectLastIndex = last },
               new ArgMin(2, Keepdim: true) { SelectLastIndex = last },
           }
           from length in new[] { 9, 601 }
           select OperatorCase.Chain(new(2, length), 2, new Hardtanh(-0.5, 0.5), op),
    ];
}
