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

/// <summary>An ONNX file is valid, but holds what cannot be imported.</summary>
public sealed class UnsupportedOnnxException : SoftPoolException
{
    internal UnsupportedOnnxException(string model, IReadOnlyList<string> refusals) : base(
        $"{Files.Excerpt.Of(model)} cannot be imported: {string.Join("; ", refusals)}.") => Refusals = refusals;

    /// <summary>All that cannot be imported, one line for each operator and reason, with the number of nodes and some of their
    /// names.</summary>
    public IReadOnlyList<string> Refusals { get; }
}

/// <summary>A model has no certificate, so there is nothing to hold a device to.</summary>
public sealed class NoCertificateException : SoftPoolException
{
    internal NoCertificateException(string model) : base(
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
public sealed class NoVulkanLoaderException : SoftPoolException
{
    internal NoVulkanLoaderException(Exception inner) : base(
        "No Vulkan loader was found: install a graphics driver, or the loader by itself (Debian and Ubuntu: "
        + "apt-get install libvulkan1).", inner)
    {
    }
}

/// <summary>The Vulkan loader is there, but no driver with a device that it can use.</summary>
public sealed class NoVulkanDriverException : SoftPoolException
{
    internal NoVulkanDriverException(string message) : base(message)
    {
    }
}

/// <summary>There are Vulkan devices, but none that was asked for or none that can run the kernels.</summary>
public sealed class NoSuitableDeviceException : SoftPoolException
{
    internal NoSuitableDeviceException(string message) : base(message)
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
