using System.Globalization;

namespace SoftPool;

/// <summary>The base of the runtime's exceptions. The message is a sentence for the user.</summary>
public abstract class SoftPoolException : Exception
{
    private protected SoftPoolException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>A file is not a valid model: it is damaged, hostile, or of a version that this one does not read.</summary>
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

    /// <summary>All that cannot be imported, one line for each operator and reason, with the number of nodes and some
    /// of their names.</summary>
    public IReadOnlyList<string> Refusals { get; }
}

/// <summary>The model has no certificate, so there is nothing to verify a device against.</summary>
public sealed class CertificateNotFoundException : SoftPoolException
{
    internal CertificateNotFoundException(string model) : base(
        $"'{model}' has no certificate, so there is nothing to hold this device to: export writes one.")
    {
    }
}

/// <summary>A shape does not fit: that of a layer's input, a weight, or data given to a session.</summary>
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

/// <summary>There is a Vulkan loader, but no driver with a usable device.</summary>
public sealed class VulkanDriverNotFoundException : SoftPoolException
{
    internal VulkanDriverNotFoundException(string message) : base(message)
    {
    }
}

/// <summary>No Vulkan device matches the request, or none can run the kernels.</summary>
public sealed class DeviceNotFoundException : SoftPoolException
{
    internal DeviceNotFoundException(string message) : base(message)
    {
    }
}

/// <summary>The device or its driver lacks something: a feature that was asked for, a queue for compute, or a kernel
/// that passes its self-test.</summary>
public sealed class UnsupportedDeviceException : SoftPoolException
{
    internal UnsupportedDeviceException(string message) : base(message)
    {
    }
}

/// <summary>A layer, a batch or an image is larger than one of the device's limits. The message has the limit, what was
/// needed, and what would fit.</summary>
public sealed class DeviceLimitException : SoftPoolException
{
    internal DeviceLimitException(string message) : base(message)
    {
    }
}

/// <summary>A weight is too large for 16 bits, in which the session would store it.</summary>
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

    /// <summary>The same, with what would help a session of these options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="hasFp16">Whether the device stores in 16 bits.</param>
    internal OutOfDeviceMemoryException Advising(SessionOptions options, bool hasFp16)
    {
        string[] less =
        [
            .. options.Batch > 1 ? [$"a smaller batch than {options.Batch}"] : Array.Empty<string>(),
            .. options.MaxConcurrentRuns > 1 ? [$"fewer runs at once than {options.MaxConcurrentRuns}"] : Array.Empty<string>(),
            .. options.KeepLayerOutputs ? ["no KeepLayerOutputs"] : Array.Empty<string>(),
            .. hasFp16 && options is { Fp16: false, Numerics: Numerics.Fast } ? ["SessionOptions.Fp16"] : Array.Empty<string>(),
        ];
        string batch = options.Batch > 1 ? "Take " : less.Length > 0
            ? "The batch is 1 already: take "
            : "The batch is 1 already: take a device with more memory";
        return new OutOfDeviceMemoryException(
            $"{Message} {batch}{string.Join(" or ", less)}, or dispose sessions that are not needed.");
    }
}

/// <summary>The device was lost (driver reset, unplugged, timed out), or did not end what it was given within a very
/// long time. Its sessions cannot be used any more.</summary>
public sealed class DeviceLostException : SoftPoolException
{
    internal DeviceLostException(string message, bool didNotEnd = false) : base(message) => DidNotEnd = didNotEnd;

    /// <summary>Whether the runtime has waited in vain, and not the driver said so.</summary>
    internal bool DidNotEnd { get; }
}

/// <summary>A Vulkan call failed for a reason that has no exception of its own.</summary>
public sealed class VulkanException : SoftPoolException
{
    internal VulkanException(string call, string result) : base($"{call} failed with {result}.") => Call = call;

    internal string Call { get; }
}
