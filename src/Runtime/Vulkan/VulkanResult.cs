using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>Turns every result but success into its typed exception, in Release as in Debug.</summary>
internal static class VulkanResult
{
    /// <param name="result">What the call returned.</param>
    /// <param name="call">The call's name, for the message.</param>
    public static void Check(this Result result, string call)
    {
        if (result != Result.Success)
            throw ToException(result, call);
    }

    private static SoftPoolException ToException(Result result, string call) => result switch
    {
        Result.ErrorOutOfDeviceMemory or Result.ErrorOutOfHostMemory =>
            new OutOfDeviceMemoryException($"{call} found no memory left: take a smaller batch."),
        Result.ErrorDeviceLost => new DeviceLostException(
            $"{call} found the device lost (reset, unplugged or timed out): create the device and its sessions anew."),
        _ => new VulkanException(call, result.ToString()),
    };
}
