namespace SoftPool.Vulkan;

/// <summary>Counts the objects of this folder that hold Vulkan handles, from the beginning of their constructor to the
/// end of their disposal. Tests hold it to zero.</summary>
internal static class LiveObjects
{
    private static int _count;

    public static int Count => Volatile.Read(ref _count);

    public static void Created() => Interlocked.Increment(ref _count);

    public static void Destroyed() => Interlocked.Decrement(ref _count);
}
