using SoftPool.Files;

namespace SoftPool.Vulkan;

/// <summary>Where a driver's compiled kernels are kept, or what else was found out about a device: eight bytes of
/// magic and version, the SHA-256 of the rest, the rest as it was given. Its name says for which device, driver and
/// kernels. A file that is missing, damaged or another's is as good as none, and several processes may write it at
/// once: each writes it whole.</summary>
internal sealed class PipelineCacheFile
{
    private static readonly byte[] Magic = "SPPIPE01"u8.ToArray();

    // Compiled kernels take kilobytes each: what is larger is nothing of ours.
    private const int LargestBytes = 256 << 20;

    private static readonly Lazy<byte[]> KernelsHash = new(EmbeddedShaders.Hash);

    private readonly string _path;

    /// <param name="folder">Where it lies.</param>
    /// <param name="device">Whose it is.</param>
    /// <param name="ending">The ending of its name: what is kept in it.</param>
    public PipelineCacheFile(string folder, VulkanPhysicalDevice device, string ending = "pipelines")
    {
        _path = Path.Combine(folder, $"{NameOf(device.CacheIdentity, nint.Size)}.{ending}");
    }

    /// <summary>What the names of a device's files begin with.</summary>
    /// <param name="device">Tells device and driver from others.</param>
    /// <param name="pointerBytes">Of the process: a driver's 32-bit library may give its 64-bit one's numbers.</param>
    internal static string NameOf(byte[] device, int pointerBytes) => Convert.ToHexStringLower(
        Sha256.Hash([.. device, (byte)pointerBytes, .. KernelsHash.Value]))[..32];

    /// <summary>The user's folder for what can be made again; empty for a user who has none. A path from the working
    /// folder on would have whoever writes there choose what the driver reads.</summary>
    public static string DefaultFolder
    {
        get
        {
            string? cache = OperatingSystem.IsLinux() ? Environment.GetEnvironmentVariable("XDG_CACHE_HOME") : null;
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            cache = Path.IsPathRooted(cache) ? cache
                : OperatingSystem.IsWindows()
                    ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches")
                : Path.Combine(home, ".cache");
            return Path.IsPathRooted(cache) ? Path.Combine(cache, "softpool", "pipelines") : "";
        }
    }

    /// <summary>The file of another ending in the same folder.</summary>
    public PipelineCacheFile Beside(VulkanPhysicalDevice device, string ending) =>
        new(Path.GetDirectoryName(_path)!, device, ending);

    /// <summary>What the paths of this device's files begin with.</summary>
    public string Prefix => Path.ChangeExtension(_path, null);

    /// <summary>What was kept; empty if nothing good was.</summary>
    public byte[] Read()
    {
        try
        {
            var file = new FileInfo(_path);
            if (!file.Exists || file.Length > LargestBytes)
                return [];
            byte[] bytes = File.ReadAllBytes(_path);
            int header = Magic.Length + Sha256.HashBytes;
            if (bytes.Length < header || !bytes.AsSpan(0, Magic.Length).SequenceEqual(Magic))
                return [];
            byte[] data = bytes[header..];
            return Sha256.Hash(data).AsSpan().SequenceEqual(bytes.AsSpan(Magic.Length, Sha256.HashBytes))
                ? data
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Keeps what a driver gave, whole or not at all.</summary>
    public void Write(byte[] data)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            WholeFile.Write(_path, file =>
            {
                file.Write(Magic);
                file.Write(Sha256.Hash(data));
                file.Write(data);
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A cache that cannot be written costs the next start some time and nothing else.
        }
    }
}
