namespace SoftPool.Operators;

/// <summary>The cases of <see cref="Dropout"/>, for which nothing is launched but the conversions at the ends of a
/// network.</summary>
internal static class DropoutCases
{
    public static IEnumerable<OperatorCase> All { get; } = [new(new Dropout(0.5), new(11), 3) { IsSelfTest = true }];
}
