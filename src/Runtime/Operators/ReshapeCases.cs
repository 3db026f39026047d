namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Reshape"/>.</summary>
internal static class ReshapeCases
{
    public static IEnumerable<OperatorCase> All { get; } =
    [
        new(new Reshape(new(5, 21)), new(3, 5, 7), 2), new(new Reshape(new(2, 2, 3, 5)), new(60), 3),
    ];
}
