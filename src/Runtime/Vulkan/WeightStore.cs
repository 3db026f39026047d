using SoftPool.Kernels;

namespace SoftPool.Vulkan;

/// <summary>One model's packed weights on one device, shared by its sessions: what one has uploaded no other packs
/// again.</summary>
internal sealed class WeightStore(VulkanDevice device) : IDisposable
{
    /// <summary>Weights that the host cannot write where they lie are uploaded through a staging buffer of at most this
    /// size.</summary>
    private const int StagingBytes = 16 << 20;

    private readonly Lock _lock = new();
    private readonly Ownership _ownership = new();
    private readonly Dictionary<string, BufferRange> _places = [];

    /// <summary>The size of all weights, in bytes.</summary>
    public long ByteCount { get; private set; }

    /// <summary>Where constants are, after those have been uploaded that were not there yet.</summary>
    public IReadOnlyList<BufferRange> PlacesOf(IReadOnlyList<Constant> constants)
    {
        lock (_lock)
        {
            Constant[] missing = [.. constants.Where(constant => !_places.ContainsKey(constant.Key)).DistinctBy(constant => constant.Key)];
            if (missing.Length > 0)
                Upload(missing);
            return [.. constants.Select(constant => _places[constant.Key])];
        }
    }

    public void Dispose() => _ownership.Dispose();

    /// <summary>Uploads constants, in as many buffers as the device's limits take.</summary>
    private void Upload(Constant[] constants)
    {
        long alignment = device.Physical.BufferAlignment;
        long guard = Division.Align(device.GuardBytes, alignment);
        long largest = Math.Min(device.Physical.LargestBuffer, device.Physical.LargestAllocation);
        var part = new List<(Constant Constant, long Offset)>();
        long total = guard;
        foreach (Constant constant in constants)
        {
            long size = Division.Align(constant.ByteCount, alignment) + guard;
            if (part.Count > 0 && total + size > largest)
            {
                Upload(part, total);
                part.Clear();
                total = guard;
            }
            part.Add((constant, total));
            total += size;
        }
        Upload(part, total);
    }

    private void Upload(List<(Constant Constant, long Offset)> part, long total)
    {
        DeviceBuffer buffer = DeviceBuffer.FilledStorage(device, total);
        try
        {
            using DeviceBuffer? staging = buffer.IsMapped ? null : DeviceBuffer.Upload(device, Math.Min(total, StagingBytes));
            foreach ((Constant constant, long offset) in part)
            {
                ReadOnlySpan<byte> bytes = constant.Pack();
                if (staging is null)
                    bytes.CopyTo(buffer.Mapped<byte>(offset, bytes.Length));
                else
                    Upload(bytes, staging, buffer.Part(offset, constant.ByteCount));
            }
        }
        catch
        {
            // Other sessions may keep the store for long.
            buffer.Dispose();
            throw;
        }
        // Only now: a key whose upload failed is not there.
        _ownership.Take(buffer);
        foreach ((Constant constant, long offset) in part)
            _places.Add(constant.Key, buffer.Part(offset, constant.ByteCount));
        ByteCount += total;
    }

    private void Upload(ReadOnlySpan<byte> data, DeviceBuffer staging, BufferRange place)
    {
        long offset = place.Offset;
        while (!data.IsEmpty)
        {
            ReadOnlySpan<byte> part = data[..(int)Math.Min(staging.ByteCount, data.Length)];
            part.CopyTo(staging.Mapped<byte>(0, part.Length));
            BufferRange to = place with { Offset = offset, ByteCount = part.Length };
            using var copy = new Submission(
                device, commands => commands.Copy(staging.Part(0, to.ByteCount), to));
            copy.Submit();
            copy.Wait();
            offset += part.Length;
            data = data[part.Length..];
        }
    }
}
