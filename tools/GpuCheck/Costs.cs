using SoftPool.Benchmarks;
using SoftPool.Kernels;
using SoftPool.Vulkan;

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
        Rate("the device copies from upload to its own memory", () => Copy(upload, local));
        Rate("the device copies from its own memory to read-back", () => Copy(local, back));
        var managed = new byte[bytes];
        Rate("the CPU writes upload memory", () => managed.CopyTo(upload.Mapped<byte>(0, bytes)));
        Rate("the CPU writes memory that kernels read", () => managed.CopyTo(shared.Mapped<byte>(0, bytes)));
        Rate("the CPU reads read-back memory", () => back.Mapped<byte>(0, bytes).CopyTo(managed));
        if (!device.HasClock)
            return;
        PhysicalLimit(check, device);

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

        void Copy(DeviceBuffer from, DeviceBuffer to)
        {
            using var recording = new Submission(
                device, commands => commands.Copy(from.Part(0, bytes), to.Part(0, bytes)));
            recording.Submit();
            recording.Wait();
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
