namespace SoftPool.Native;

/// <summary>Where a function puts what it makes, and where it finds what it needs.</summary>
internal static unsafe class Results
{
    /// <exception cref="ArgumentException">There is no place for a result.</exception>
    public static void Check(void* place, string what)
    {
        if (place is null)
            throw new ArgumentException($"A place for the {what} is needed; the pointer is null.");
    }

    /// <exception cref="ArgumentException">What a function reads is null.</exception>
    public static void CheckGiven(void* from, string what)
    {
        if (from is null)
            throw new ArgumentException($"{what} needed; the pointer is null.");
    }

    /// <summary>Gives the host a new object.</summary>
    public static void Give(nint* place, IDisposable value) => *place = Handles.Add(value);
}
