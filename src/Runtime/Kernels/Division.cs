namespace SoftPool.Kernels;

/// <summary>Integer division as planning needs it.</summary>
internal static class Division
{
    public static int RoundUp(int dividend, int divisor) => (int)(((long)dividend + divisor - 1) / divisor);

    public static long Align(long value, long alignment) => (value + alignment - 1) / alignment * alignment;
}
