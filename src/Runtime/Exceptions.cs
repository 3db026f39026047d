using System.Globalization;

namespace SoftPool;

/// <summary>What the runtime throws when it cannot do as asked. The message is one sentence for the user.</summary>
public abstract class SoftPoolException : Exception
{
    private protected SoftPoolException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>A file is no valid model: damaged, hostile, or of a kind that this version does not read.</summary>
public sealed class ModelFormatException : SoftPoolException
{
    /// <summary>Says what was expected and what came.</summary>
    public ModelFormatException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>A model has no certificate, so there is nothing to hold a device to.</summary>
public sealed class CertificateNotFoundException : SoftPoolException
{
    internal CertificateNotFoundException(string model) : base(
        $"'{model}' has no certificate, so there is nothing to hold this device to: export writes one.")
    {
    }
}

/// <summary>Shapes do not fit: of a layer's input, of a weight, or of a buffer handed to a session.</summary>
public sealed class ShapeMismatchException : SoftPoolException
{
    /// <summary>Says what was expected and what came.</summary>
    public ShapeMismatchException(string message) : base(message)
    {
    }
}

/// <summary>The machine has no Vulkan loader (libvulkan.so.1, vulkan-1.dll).</summary>
public sealed class VulkanLoaderNotFoundException : SoftPoolException
{
    internal VulkanLoaderNotFoundException(Exception inner) : base(
        "No Vulkan loader was found: install a graphics driver, or the loader by itself (Debian and Ubuntu: "
        + "apt-get install libvulkan1).", inner)
    {
    }
}

/// <summary>The Vulkan loader is there, but no driver with a device that it can use.</summary>
public sealed class VulkanDriverNotFoundException : SoftPoolException
{
    internal VulkanDriverNotFoundException(string message) : base(message)
    {
    }
}

/// <summary>There are Vulkan devices, but none that was asked for or none that can run the kernels.</summary>
public sealed class DeviceNotFoundException : SoftPoolException
{
    internal DeviceNotFoundException(string message) : base(message)
    {
    }
}

/// <summary>The device cannot hold what was asked of it: a buffer or a workgroup exceeds one of its limits.</summary>
public sealed class UnsupportedDeviceException : SoftPoolException
{
    internal UnsupportedDeviceException(string message) : base(message)
    {
    }
}

/// <summary>A layer, a batch or an image is larger than one of the device's limits. The message has the limit, what was needed, and what
/// would fit.</summary>
public sealed class DeviceLimitException : SoftPoolException
{
    internal DeviceLimitException(string message) : base(message)
    {
    }
}

/// <summary>A weight is larger than what 16 bits hold, and the session was to store it in 16 bits.</summary>
public sealed class Fp16RangeException : SoftPoolException
{
    internal Fp16RangeException(string weight) : base(
        string.Create(CultureInfo.InvariantCulture, $"{weight}, and 16 bits hold at most {(float)Half.MaxValue}: store in 32 bits."))
    {
    }
}

/// <summary>The device's memory is exhausted.</summary>
public sealed class OutOfDeviceMemoryException : SoftPoolException
{
    internal OutOfDeviceMemoryException(string message) : base(message)
    {
    }

    /// <summary>The same, with what helps where a session of a batch did not fit.</summary>
    internal OutOfDeviceMemoryException Advising(int batch) => new(
        $"{Message} {(batch > 1 ? $"Take a smaller batch than {batch}" : "The batch is 1 already: take a device with more memory")}"
        + ", or dispose sessions that are not needed.");
}

/// <summary>The device was lost (driver reset, unplugged, timed out). The session cannot be used any more.</summary>
public sealed class DeviceLostException : SoftPoolException
{
    internal DeviceLostException(string message) : base(message)
    {
    }
}

/// <summary>A Vulkan call failed in a way that has no exception of its own.</summary>
public sealed class VulkanException : SoftPoolException
{
    internal VulkanException(string call, string result) : base($"{call} failed with {result}.") => Call = call;

    internal string Call { get; }
}
