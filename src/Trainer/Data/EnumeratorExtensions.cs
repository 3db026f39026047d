namespace SoftPool.Trainer.Data;

internal static class EnumeratorExtensions
{
    /// <summary>What is still to come.</summary>
    public static IEnumerable<T> Rest<T>(this IEnumerator<T> items)
    {
        while (items.MoveNext())
            yield return items.Current;
    }
}
