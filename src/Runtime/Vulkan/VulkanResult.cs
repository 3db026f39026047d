using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>Turns every result but success into its typed exception, in Release as in Debug.</summary>
/// <remarks>Write the handle to its field in the call that is checked, <c>Create(out _handle).Check(...)</c>: what an
/// injected failure has made is then there to be freed.</remarks>
internal static class VulkanResult
{
    /// <summary>Lets a test have calls of its own thread fail: it is given the call and its result, and says
    /// another.</summary>
    [field: ThreadStatic]
    public static Func<string, Result, Result>? Injected { get; set; }

    /// <param name="result">What the call returned.</param>
    /// <param name="call">The call's name, for the message.</param>
    public static void Check(this Result result, string call) => Throw(Seen(result, call), call);

    /// <summary>Whether a call succeeded whose failure needs no exception.</summary>
    public static bool Succeeds(this Result result, string call) => Seen(result, call) == Result.Success;

    /// <summary>Whether an allocation found memory where it looked; any other failure is thrown.</summary>
    public static bool FindsMemory(this Result result, string call)
    {
        result = Seen(result, call);
        if (result == Result.ErrorOutOfDeviceMemory)
            return false;
        Throw(result, call);
        return true;
    }

    /// <summary>Whether a wait ended in its time; any failure is thrown.</summary>
    public static bool EndsInTime(this Result result, string call)
    {
        result = Seen(result, call);
        if (result == Result.Timeout)
            return false;
        Throw(result, call);
        return true;
    }

    /// <summary>Fails in place of a call that must not happen then: what was submitted would run on. The call's own
    /// result goes to <see cref="Throw"/>.</summary>
    public static void FailIfInjected(string call) => Throw(Seen(Result.Success, call), call);

    /// <summary>Turns a result into its exception, whatever is injected.</summary>
    public static void Throw(Result result, string call)
    {
        if (result != Result.Success)
            throw ToException(result, call);
    }

    private static Result Seen(Result result, string call) => Injected?.Invoke(call, result) ?? result;

    private static SoftPoolException ToException(Result result, string call) => result switch
    {
        Result.ErrorOutOfDeviceMemory or Result.ErrorOutOfHostMemory =>
            new OutOfDeviceMemoryException($"{call} found no memory left."),
        Result.ErrorTooManyObjects => new OutOfDeviceMemoryException(
            $"{call} found as many allocations as the driver allows."),
        Result.ErrorDeviceLost => new DeviceLostException(
            $"{call} found the device lost (reset, unplugged or timed out): create the device and its sessions anew."),
        _ => new VulkanException(call, result.ToString()),
    };
}
