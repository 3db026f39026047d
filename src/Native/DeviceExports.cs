using System.Runtime.InteropServices;

namespace SoftPool.Native;

/// <summary>Devices: the library's own, and a host's.</summary>
internal static unsafe class DeviceExports
{
    [UnmanagedCallersOnly(EntryPoint = "sp_enumerate")]
    public static int Enumerate(sp_device_info* infos, uint* count)
    {
        try
        {
            Results.Check(count, "number of devices");
            IReadOnlyList<GpuDeviceInfo> devices = GpuDevice.Enumerate();
            if (infos is null)
            {
                *count = (uint)devices.Count;
                return Failure.None;
            }
            // Nothing is written if one of them cannot be.
            var places = new nint[Math.Min(*count, devices.Count)];
            byte* place = (byte*)infos;
            for (int i = 0; i < places.Length; i++)
            {
                places[i] = (nint)place;
                place += Sized.SizeOf((sp_device_info*)place);
            }
            for (int i = 0; i < places.Length; i++)
                Write((sp_device_info*)places[i], devices[i]);
            *count = (uint)places.Length;
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_device_create")]
    public static int Create(sp_device_options* options, nint* device)
    {
        try
        {
            Results.Check(device, "device");
            sp_device_options given = Sized.ReadOptional(options);
            string? selector = given.selector is null ? null : NativeText.Read(given.selector, "A selector");
            Results.Give(device, GpuDevice.Create(selector, OptionsOf(given)));
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_device_adopt")]
    public static int Adopt(sp_host_device* host, sp_device_options* options, nint* device)
    {
        try
        {
            Results.Check(device, "device");
            sp_host_device given = Sized.Read(host);
            sp_device_options how = Sized.ReadOptional(options);
            if (how.selector is not null)
                throw new ArgumentException(
                    "sp_device_options.selector is given; expected is null, because the host has chosen the device.");
            Results.Give(device, GpuDevice.FromHost(HostOf(given), OptionsOf(how)));
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_device_get_info")]
    public static int GetInfo(nint device, sp_device_info* info)
    {
        try
        {
            using Handles.Use<GpuDevice> use = Handles.Take<GpuDevice>(device);
            Write(info, use.Value.Info);
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_device_get_handles")]
    public static int GetHandles(nint device, sp_host_device* host)
    {
        try
        {
            using Handles.Use<GpuDevice> use = Handles.Take<GpuDevice>(device);
            HostDevice handles = use.Value.Handles;
            Version version = use.Value.Info.ApiVersion;
            Sized.Write(host, new sp_host_device
            {
                instance = handles.Instance,
                physical_device = handles.PhysicalDevice,
                device = handles.Device,
                queue = handles.Queue,
                queue_family = handles.QueueFamily,
                timeline_semaphores = handles.HasTimelineSemaphores ? 1u : 0,
                fp16_storage = handles.HasFp16Storage ? 1u : 0,
                int64 = handles.HasInt64 ? 1u : 0,
                cooperative_matrices = handles.HasCooperativeMatrices ? 1u : 0,
                get_instance_proc_addr = handles.GetInstanceProcAddr,
                lock_queue = &LockQueue,
                unlock_queue = &UnlockQueue,
                user = device,
            });
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_device_rejected")]
    public static int Rejected(nint device, nint* json)
    {
        try
        {
            using Handles.Use<GpuDevice> use = Handles.Take<GpuDevice>(device);
            Results.Check(json, "text");
            Results.Give(json, NativeText.Of(use.Value.RejectedKernels));
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly]
    private static void LockQueue(nint device) => UseQueue(device, isLocked: true);

    [UnmanagedCallersOnly]
    private static void UnlockQueue(nint device) => UseQueue(device, isLocked: false);

    private static void UseQueue(nint device, bool isLocked)
    {
        try
        {
            using Handles.Use<GpuDevice> use = Handles.Take<GpuDevice>(device);
            HostDevice handles = use.Value.Handles;
            if (handles.QueueLock is not { } monitor)
                (isLocked ? handles.LockQueue : handles.UnlockQueue)!();
            else if (isLocked)
                Monitor.Enter(monitor);
            else if (Monitor.IsEntered(monitor))
                Monitor.Exit(monitor);
            else
                throw new InvalidOperationException("The queue is unlocked by the thread that has locked it.");
        }
        catch (Exception e)
        {
            Failure.Of(e);
        }
    }

    private static GpuDeviceOptions OptionsOf(in sp_device_options given)
    {
        Sized.CheckReserved(nameof(sp_device_options), given.reserved);
        return new GpuDeviceOptions
        {
            PipelineCacheFolder =
                given.cache_folder is null ? null : NativeText.Read(given.cache_folder, "A folder"),
            SelfTest = given.no_self_test == 0,
        };
    }

    private static HostDevice HostOf(sp_host_device given)
    {
        var host = new HostDevice
        {
            Instance = given.instance,
            PhysicalDevice = given.physical_device,
            Device = given.device,
            QueueFamily = given.queue_family,
            Queue = given.queue,
            QueueIndex = given.queue_index,
            ApiVersion = given.api_version == 0
                ? null
                : new Version((int)(given.api_version >> 22 & 0x7f), (int)(given.api_version >> 12 & 0x3ff)),
            GetInstanceProcAddr = given.get_instance_proc_addr,
            HasTimelineSemaphores = given.timeline_semaphores != 0,
            HasFp16Storage = given.fp16_storage != 0,
            HasInt64 = given.int64 != 0,
            HasCooperativeMatrices = given.cooperative_matrices != 0,
            LockQueue = given.lock_queue is null ? null : () => given.lock_queue(given.user),
            UnlockQueue = given.unlock_queue is null ? null : () => given.unlock_queue(given.user),
            Released = given.released is null ? null : () => given.released(given.user),
        };
        return given.features == 0 ? host : host.WithFeatures(given.features);
    }

    private static void Write(sp_device_info* to, GpuDeviceInfo info)
    {
        var told = new sp_device_info
        {
            index = (uint)info.Index,
            kind = (uint)info.Kind,
            vulkan = (uint)info.ApiVersion.Major << 22 | (uint)info.ApiVersion.Minor << 12
                | (uint)info.ApiVersion.Build,
            has_luid = info.Luid is null ? 0u : 1,
            memory = (ulong)info.MemoryBytes,
        };
        info.Uuid.TryWriteBytes(new Span<byte>(told.uuid, 16), bigEndian: true, out _);
        BitConverter.TryWriteBytes(new Span<byte>(told.luid, 8), info.Luid ?? 0);
        NativeText.Write(info.Name, told.name, 256);
        NativeText.Write(info.Driver, told.driver, 256);
        NativeText.Write(info.Unsupported, told.unsupported, 256);
        Sized.Write(to, told);
    }
}
