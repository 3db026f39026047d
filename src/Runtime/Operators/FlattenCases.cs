namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Flatten"/>.</summary>
internal static class FlattenCases
{
    public static IEnumerable<OperatorCase> All { get; } = [new(new Flatten(), new(3, 5, 7), 2)];
}
