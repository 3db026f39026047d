namespace SoftPool.Operators;

/// <summary>The cases of <see cref="ReflectionPad2d"/> and <see cref="ReplicationPad2d"/>.</summary>
internal static class BorderPad2dCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        .. from row in ((TensorShape Input, int Batch)[])[(new(3, 5, 7), 2), (new(1, 4, 3), 3)]
           from op in (Operator[])[new ReflectionPad2d(2, 1, 0, 3), new ReplicationPad2d(0, 9, 2, 5)]
           select new OperatorCase(op, row.Input, row.Batch),
        new(new ReflectionPad2d(0, 0, 0, 0), new(2, 1, 1), 1),
        new(new ReplicationPad2d(1, 2, 3, 4), new(2, 1, 1), 1),
    ];
}
