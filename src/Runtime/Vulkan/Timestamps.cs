using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>Moments on the device's own clock: a VkQueryPool.</summary>
internal sealed unsafe class Timestamps : HandleOwner
{
    private readonly QueryPool _handle;
    private readonly ulong[] _ticks;

    /// <param name="device">Where they are taken.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="UnsupportedDeviceException">The device has no clock.</exception>
    public Timestamps(VulkanDevice device, int count) : base(device)
    {
        _ticks = new ulong[count];
        try
        {
            if (device.Physical.TimestampBits(device.QueueFamily) == 0)
                throw new UnsupportedDeviceException($"{device.Physical.Info.Name} takes no timestamps on its queue.");
            var info = new QueryPoolCreateInfo
            {
                SType = StructureType.QueryPoolCreateInfo,
                QueryType = QueryType.Timestamp,
                QueryCount = (uint)count,
            };
            device.Api.CreateQueryPool(device.Handle, in info, null, out _handle).Check("vkCreateQueryPool");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public QueryPool Handle => _handle;

    public int Count => _ticks.Length;

    /// <summary>Writes the times between one moment and the next, in milliseconds, once all are taken.</summary>
    /// <param name="milliseconds">Room for one less than <see cref="Count"/>.</param>
    public void ReadDurations(Span<double> milliseconds)
    {
        fixed (ulong* ticks = _ticks)
            Device.Api.GetQueryPoolResults(
                Device.Handle, _handle, 0, (uint)Count, (nuint)(Count * sizeof(ulong)), ticks, sizeof(ulong),
                QueryResultFlags.Result64Bit | QueryResultFlags.ResultWaitBit).Check("vkGetQueryPoolResults");
        // The clock may have fewer bits than 64 and begin anew between two moments.
        int bits = Device.Physical.TimestampBits(Device.QueueFamily);
        ulong mask = bits < 64 ? (1ul << bits) - 1 : ulong.MaxValue;
        for (int i = 0; i < Count - 1; i++)
            milliseconds[i] =
                ((_ticks[i + 1] - _ticks[i]) & mask) * (double)Device.Physical.Limits.TimestampPeriod / 1e6;
    }

    protected override void Destroy() => Device.Api.DestroyQueryPool(Device.Handle, _handle, null);
}
