using System.Runtime.InteropServices;

namespace SoftPool.Trainer.Training;

/// <summary>
/// Makes glibc keep big blocks of memory. As it comes, it hands every big tensor back to the kernel, and the kernel
/// clears the same pages again for the next step. PyTorch leaves that to the C library
/// (<see href="https://github.com/pytorch/pytorch/issues/41486">pytorch/pytorch 41486</see>).
/// </summary>
internal static class Allocator
{
    // From glibc's malloc.h.
    private const int TrimThreshold = -1;
    private const int MMapMax = -4;
    private const int ArenaMax = -8;

    /// <summary>
    /// Takes effect for blocks allocated from now on, so call it before the first tensor, and compute on the program's
    /// first thread: another one may hold an arena that was made before, which gives memory back whatever it is told
    /// (AlexNet in bf16 at batch 128 on two cores: five times the page faults, 7 % of the speed).
    /// </summary>
    /// <returns>Whether the C library is glibc and did as told; anywhere else nothing happens.</returns>
    public static bool KeepBigBlocks()
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            // mallopt takes an int, and glibc bounds the mmap threshold: no maps at all does the same. Only the main
            // arena can hold blocks of any size, and threads other than the first would get arenas of their own. The
            // trim threshold is unsigned inside: -1 is the largest there is.
            return Mallopt(MMapMax, 0) == 1 && Mallopt(ArenaMax, 1) == 1 && Mallopt(TrimThreshold, -1) == 1;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [DllImport("libc.so.6", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Mallopt(int parameter, int value);
}
