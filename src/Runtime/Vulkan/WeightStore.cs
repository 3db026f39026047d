using SoftPool.Kernels;

namespace SoftPool.Vulkan;

/// <summary>One model's packed weights on one device, shared by its sessions: what one has uploaded no other packs again.
/// </summary>
internal sealed class WeightStore(VulkanDevice device) : IDisposable
{
    /// <summary>Weights are uploaded through a staging buffer of at most this size.</summary>
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

    private void Upload(Constant[] constants)
    {
        long alignment = device.Physical.BufferAlignment;
        long guard = Division.Align(device.GuardBytes, alignment);
        long total = guard + constants.Sum(constant => Division.Align(constant.ByteCount, alignment) + guard);
        DeviceBuffer buffer = DeviceBuffer.Storage(device, total);
        var places = new List<(string Key, BufferRange Place)>();
        try
        {
            using DeviceBuffer staging = DeviceBuffer.Upload(device, Math.Min(total, StagingBytes));
            long offset = guard;
            foreach (Constant constant in constants)
            {
                var place = buffer.Part(offset, constant.ByteCount);
                Upload(constant.Pack(), staging, place);
                places.Add((constant.Key, place));
                offset += Division.Align(constant.ByteCount, alignment) + guard;
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
        foreach ((string key, BufferRange place) in places)
            _places.Add(key, place);
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
