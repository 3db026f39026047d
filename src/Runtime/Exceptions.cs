using System.Globalization;

namespace SoftPool;

/// <summary>The base class of the runtime's exceptions. The message is a sentence for the user.</summary>
public abstract class SoftPoolException : Exception
{
    private protected SoftPoolException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>A file or a model is not valid: the file is damaged or hostile, its version is not supported, or its parts
/// do not fit together.</summary>
public sealed class ModelFormatException : SoftPoolException
{
    /// <summary>Creates the exception with a message that gives the expected and the actual value.</summary>
    public ModelFormatException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>An ONNX file is valid, but contains something that cannot be imported.</summary>
public sealed class UnsupportedOnnxException : SoftPoolException
{
    internal UnsupportedOnnxException(string model, IReadOnlyList<string> refusals) : base(
        $"{Files.Excerpt.Of(model)} cannot be imported: {string.Join("; ", refusals)}.") => Refusals = refusals;

    /// <summary>Everything that cannot be imported: one line for each operator and reason, with the number of nodes and
    /// some of their names.</summary>
    public IReadOnlyList<string> Refusals { get; }
}

/// <summary>The model has no certificate, so the device's results cannot be verified.</summary>
public sealed class CertificateNotFoundException : SoftPoolException
{
    internal CertificateNotFoundException(string model) : base(
        $"'{model}' has no certificate, so there is nothing to hold this device to: export and import write one.")
    {
    }
}

/// <summary>A shape does not fit: the shape of a layer's input, of a weight, or of data given to a session.</summary>
public sealed class ShapeMismatchException : SoftPoolException
{
    /// <summary>Creates the exception with a message that gives the expected and the actual value.</summary>
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

/// <summary>The Vulkan loader was found, but no driver has a usable device.</summary>
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

/// <summary>The device or its driver lacks something: a requested feature, a compute queue, or a kernel that passes its
/// self-test.</summary>
public sealed class UnsupportedDeviceException : SoftPoolException
{
    internal UnsupportedDeviceException(string message) : base(message)
    {
    }
}

/// <summary>A layer, a batch or an image exceeds one of the device's limits. The message gives the limit, the size that
/// was needed, and what would fit.</summary>
public sealed class DeviceLimitException : SoftPoolException
{
    internal DeviceLimitException(string message) : base(message)
    {
    }
}

/// <summary>A weight is too large for a 16-bit float, and the session stores weights in 16 bits.</summary>
public sealed class Fp16RangeException : SoftPoolException
{
    internal Fp16RangeException(string weight)
        : this(weight, string.Create(CultureInfo.InvariantCulture, $"at most {(float)Half.MaxValue}"))
    {
    }

    internal Fp16RangeException(string number, string most)
        : base($"{number}, and 16 bits hold {most}: store in 32 bits.")
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
            .. options.MaxConcurrentRuns > 1
                ? [$"fewer runs at once than {options.MaxConcurrentRuns}"]
                : Array.Empty<string>(),
            .. options.KeepLayerOutputs ? ["no kept layers"] : Array.Empty<string>(),
            .. hasFp16 && options is { Fp16: false, Numerics: Numerics.Fast }
                ? ["16-bit storage"]
                : Array.Empty<string>(),
        ];
        string batch = options.Batch > 1 ? "Take " : less.Length > 0
            ? "The batch is 1 already: take "
            : "The batch is 1 already: take a device with more memory";
        return new OutOfDeviceMemoryException(
            $"{Message} {batch}{string.Join(" or ", less)}, or dispose sessions that are not needed.");
    }
}

/// <summary>The device was lost (driver reset, unplugged, timed out), or did not finish its work within a very long
/// time. Its sessions cannot be used any more.</summary>
public sealed class DeviceLostException : SoftPoolException
{
    internal DeviceLostException(string message, bool didNotEnd = false) : base(message) => DidNotEnd = didNotEnd;

    /// <summary>Whether the runtime has waited in vain, and not the driver said so.</summary>
    internal bool DidNotEnd { get; }
}

/// <summary>A Vulkan call failed, and no other exception describes the reason.</summary>
public sealed class VulkanException : SoftPoolException
{
    internal VulkanException(string call, string result) : base($"{call} failed with {result}.") => Call = call;

    internal string Call { get; }
}
