using System.Runtime.InteropServices;
using TorchSharp;

namespace SoftPool.Trainer.Networks;

/// <summary>
/// libtorch asks once in a process whether NNPACK can be used, and warns on standard error where the CPU lacks
/// what it wants ("Could not initialize NNPACK! Reason: Unsupported hardware."). Convolutions are computed by oneDNN
/// either way, so nobody need read it. Here the question is asked with warnings off.
/// </summary>
internal static class Nnpack
{
    // Of c10/util/logging_is_not_google_glog.h: GLOG_ERROR.
    private const int ErrorsAlone = 2;

    /// <summary>Asks quietly.</summary>
    /// <returns>Whether the question could be asked: libtorch of another compiler has other names, and then it asks by
    /// itself.</returns>
    public static bool Ask()
    {
        _ = torch.get_num_threads(); // Loads libtorch.
        if (!NativeLibrary.TryLoad("libc10.so", typeof(torch).Assembly, null, out nint c10)
            || !NativeLibrary.TryGetExport(c10, "FLAGS_caffe2_log_level", out nint level))
            return false;
        int before = Marshal.ReadInt32(level);
        Marshal.WriteInt32(level, Math.Max(before, ErrorsAlone));
        try
        {
            _ = IsAvailable();
            return true;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
        finally
        {
            Marshal.WriteInt32(level, before);
        }
    }

    // at::native::_nnpack_available()
    [DllImport("libtorch_cpu.so", EntryPoint = "_ZN2at6native17_nnpack_availableEv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern byte IsAvailable();
}
