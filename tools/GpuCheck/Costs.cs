using SoftPool.Benchmarks;
using SoftPool.Kernels;
using SoftPool.Vulkan;
using MemoryType = SoftPool.Vulkan.MemoryType;

namespace SoftPool.GpuCheck;

/// <summary>What single things cost.</summary>
internal static class Costs
{
    private const int Many = 200;

    public static void Run(Check check)
    {
        VulkanDevice device = check.Device.Vulkan;
        int repeats = check.IsQuick ? 5 : 50;
        long bytes = (check.IsQuick ? 8L : 64L) << 20;
        using var tiny = new PeakLaunch(device, "peak_fma", [("ROUNDS", 1)], new GroupCount(1));
        double empty = Time(commands => { });
        double one = Time(commands => commands.Dispatch(tiny.Bound));
        double many = Time(commands => Repeat(commands, barrier: false));
        double barred = Time(commands => Repeat(commands, barrier: true));
        Add("an empty submission", empty);
        Add("a submission of a launch", one);
        Add("a launch more", (many - one) / (Many - 1));
        Add("a barrier between launches", (barred - many) / Many);
        using DeviceBuffer upload = DeviceBuffer.Upload(device, bytes), back = DeviceBuffer.ReadBack(device, bytes),
            local = DeviceBuffer.Storage(device, bytes), shared = DeviceBuffer.HostStorage(device, bytes);
        var managed = new byte[bytes];
        Copy("the device copies from upload to its own memory", upload, local);
        Copy("the device copies from its own memory to read-back", local, back);
        foreach (MemoryType type in device.Physical.Memory.All)
            OfType(type);
        Rate("the CPU writes upload memory", () => managed.CopyTo(upload.Mapped<byte>(0, bytes)));
        Rate("the CPU writes memory that kernels read", () => managed.CopyTo(shared.Mapped<byte>(0, bytes)));
        Rate("the CPU reads read-back memory", () => back.Mapped<byte>(0, bytes).CopyTo(managed));
        if (!device.HasClock)
            return;
        PhysicalLimit(check, device);
        using var load = new PeakLaunch(device, "peak_fma", [("ROUNDS", 1 << 12)], new GroupCount(4096));
        using var work = new Submission(device, commands => commands.Dispatch(load.Bound));
        Task<string> clocks = Task.Run(Clocks.Read);
        while (!clocks.IsCompleted)
        {
            work.Submit();
            work.Wait();
        }
        check.Rows.Add("costs", "clocks under load", ("value", clocks.Result));

        void OfType(MemoryType type)
        {
            string name = $"memory {type.Index}, {type.Flags}";
            try
            {
                using DeviceBuffer buffer = DeviceBuffer.Of(device, bytes, type);
                Copy($"{name}: copy to it", local, buffer);
                Copy($"{name}: copy from it", buffer, local);
                if (!buffer.IsMapped)
                    return;
                Rate($"{name}: the CPU writes it", () => managed.CopyTo(buffer.Mapped<byte>(0, bytes)));
                Rate($"{name}: the CPU reads it", () => buffer.Mapped<byte>(0, bytes).CopyTo(managed));
            }
            catch (SoftPoolException e) // Buffers may not lie there, or it takes a feature.
            {
                check.Rows.Add("costs", name, ("value", e.Message));
            }
        }

        void Repeat(Commands commands, bool barrier)
        {
            for (int i = 0; i < Many; i++)
            {
                if (barrier)
                    commands.Barrier();
                commands.Dispatch(tiny.Bound);
            }
        }

        double Time(Action<Commands> record)
        {
            using var recording = new Submission(device, record);
            return Check.Median(repeats, () =>
            {
                recording.Submit();
                recording.Wait();
            });
        }

        void Copy(string what, DeviceBuffer from, DeviceBuffer to)
        {
            using var recording = new Submission(
                device, commands => commands.Copy(from.Part(0, bytes), to.Part(0, bytes)));
            Rate(what, () =>
            {
                recording.Submit();
                recording.Wait();
            });
        }

        void Add(string what, double milliseconds) =>
            check.Rows.Add("costs", what, ("ms", Math.Round(milliseconds, 5)));

        void Rate(string what, Action call)
        {
            double time = Check.Median(5, call);
            check.Rows.Add("costs", what, ("ms", time), ("GB/s", Math.Round(bytes / time / 1e6, 2)));
        }
    }

    private static void PhysicalLimit(Check check, VulkanDevice device)
    {
        long largest = Math.Min(
            Math.Min(device.Physical.Limits.MaxStorageBufferRange, check.Device.Info.MemoryBytes / 4),
            check.IsQuick ? 64 << 20 : long.MaxValue);
        foreach (long size in (long[])[32 << 20, largest / (1 << 20) * (1 << 20)])
        {
            DevicePeak peak = DevicePeak.Measure(check.Device, size);
            check.Rows.Add(
                "costs", $"peaks, reading {size >> 20} MiB",
                ("GFLOP/s", Math.Round(peak.GigaflopsPerSecond)), ("GB/s", Math.Round(peak.GigabytesPerSecond, 1)));
        }
    }
}
