using Silk.NET.Core.Native;
using Silk.NET.Vulkan;
using SoftPool.Kernels;
using VkSemaphore = Silk.NET.Vulkan.Semaphore;

namespace SoftPool.Vulkan;

/// <summary>A VkDevice with one compute queue: its own, or a host's. It lives until its last user has released it:
/// what is made on it may be disposed after it.</summary>
internal sealed unsafe class VulkanDevice
{
    /// <summary>The most command buffers of one call of vkQueueSubmit.</summary>
    private const int MostAtOnce = 64;

    private readonly VulkanInstance _instance;
    private readonly QueueLock _queueLock;
    private readonly Action? _released;
    private readonly Queue _queue;
    private readonly Device _handle;
    private readonly PipelineCacheFile? _cacheFile;
    private PipelineCache _pipelineCache;
    private int _cachedBytes;
    private int _references = 1;
    private bool _givenUp;
    private double _slowness = 1;

    /// <summary>Creates a device. Takes the instance over, also when it fails.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="physical">One of its devices.</param>
    /// <param name="cacheFile">Where compiled kernels are kept, if they are.</param>
    /// <param name="inspect">Whether pipelines have statistics.</param>
    public VulkanDevice(
        VulkanInstance instance, VulkanPhysicalDevice physical, PipelineCacheFile? cacheFile, bool inspect = false)
    {
        (_instance, Physical, _queueLock, Api) = (instance, physical, new QueueLock(), instance.Api);
        (Pipelines, _cacheFile) = (new PipelineStore(this), cacheFile);
        Variants = new TuningCache(cacheFile?.Beside(physical, "variants"), cacheFile?.Beside(physical, "verdicts"));
        InspectsPipelines = inspect;
        LiveObjects.Created();
        string[] extensions = Extensions.ToEnable(
            physical.Extensions, usesMatrices: physical.Traits.Matrix is not null, inspect);
        nint names = SilkMarshal.StringArrayToPtr(extensions);
        try
        {
            QueueFamily = physical.ComputeQueueFamily
                ?? throw new UnsupportedDeviceException($"{physical.Info.Name} has no queue for compute.");
            float priority = 1;
            var queue = new DeviceQueueCreateInfo
            {
                SType = StructureType.DeviceQueueCreateInfo,
                QueueFamilyIndex = QueueFamily,
                QueueCount = 1,
                PQueuePriorities = &priority,
            };
            HasFp16Storage = physical.HasFp16Storage;
            Traits = physical.Traits;
            RequirableSubgroup = physical.RequirableSubgroup;
            FloatControls = physical.FloatControls;
            var features = new PhysicalDeviceFeatures { ShaderInt64 = Traits.HasInt64 };
            var storage = new PhysicalDevice16BitStorageFeatures
            {
                SType = StructureType.PhysicalDevice16BitStorageFeatures,
                StorageBuffer16BitAccess = true,
            };
            var inspection = new PhysicalDevicePipelineExecutablePropertiesFeaturesKHR
            {
                SType = StructureType.PhysicalDevicePipelineExecutablePropertiesFeaturesKhr,
                PNext = HasFp16Storage ? &storage : null,
                PipelineExecutableInfo = true,
            };
            var control = new PhysicalDeviceSubgroupSizeControlFeatures
            {
                SType = StructureType.PhysicalDeviceSubgroupSizeControlFeatures,
                PNext = inspect ? &inspection : inspection.PNext,
                SubgroupSizeControl = true,
            };
            var memoryModel = new PhysicalDeviceVulkanMemoryModelFeatures
            {
                SType = StructureType.PhysicalDeviceVulkanMemoryModelFeatures,
                PNext = RequirableSubgroup > 0 ? &control : control.PNext,
                VulkanMemoryModel = true,
            };
            var arithmetic = new PhysicalDeviceShaderFloat16Int8Features
            {
                SType = StructureType.PhysicalDeviceShaderFloat16Int8Features,
                PNext = &memoryModel,
                ShaderFloat16 = true,
            };
            var matrices = new PhysicalDeviceCooperativeMatrixFeaturesKHR
            {
                SType = StructureType.PhysicalDeviceCooperativeMatrixFeaturesKhr,
                PNext = &arithmetic,
                CooperativeMatrix = true,
            };
            var info = new DeviceCreateInfo
            {
                SType = StructureType.DeviceCreateInfo,
                PNext = Traits.Matrix is not null ? &matrices : memoryModel.PNext,
                EnabledExtensionCount = (uint)extensions.Length,
                PpEnabledExtensionNames = (byte**)names,
                QueueCreateInfoCount = 1,
                PQueueCreateInfos = &queue,
                PEnabledFeatures = &features,
            };
            Api.CreateDevice(physical.Handle, in info, null, out _handle).Check("vkCreateDevice");
            Api.GetDeviceQueue(_handle, QueueFamily, 0, out _queue);
            OpenPipelineCache();
        }
        catch
        {
            Release();
            throw;
        }
        finally
        {
            SilkMarshal.Free(names);
        }
    }

    /// <summary>Takes a host's device in use. Neither it nor its instance is ever destroyed here.</summary>
    /// <param name="instance">The host's instance.</param>
    /// <param name="physical">The host's physical device.</param>
    /// <param name="cacheFile">Where compiled kernels are kept, if they are.</param>
    /// <param name="host">What the host has told.</param>
    /// <param name="queue">What <see cref="QueueOf"/> gives for it.</param>
    public VulkanDevice(
        VulkanInstance instance, VulkanPhysicalDevice physical, PipelineCacheFile? cacheFile, HostDevice host,
        nint queue)
    {
        (_instance, Physical, Api) = (instance, physical, instance.Api);
        (Pipelines, _cacheFile) = (new PipelineStore(this), cacheFile);
        Variants = new TuningCache(cacheFile?.Beside(physical, "variants"), cacheFile?.Beside(physical, "verdicts"));
        _queueLock = new QueueLock(host);
        _released = host.Released;
        IsHosts = true;
        HasTimelineSemaphores = host.HasTimelineSemaphores;
        HasFp16Storage = host.HasFp16Storage;
        Traits = physical.Traits with
        {
            HasInt64 = host.HasInt64,
            Matrix = host.HasCooperativeMatrices ? physical.Traits.Matrix : null,
        };
        QueueFamily = host.QueueFamily;
        _handle = new Device(host.Device);
        _queue = new Queue(queue);
        LiveObjects.Created();
        try
        {
            OpenPipelineCache();
        }
        catch
        {
            Release();
            throw;
        }
    }

    /// <summary>The VkQueue of a host.</summary>
    /// <exception cref="ArgumentException">The family does not take compute work, or there is no queue of this
    /// index.</exception>
    public static nint QueueOf(VulkanPhysicalDevice physical, HostDevice host)
    {
        if (!physical.TakesCompute(host.QueueFamily))
            throw new ArgumentException(
                $"The queue must take compute work; family {host.QueueFamily} of {physical.Info.Name} does not.",
                nameof(host));
        if (host.Queue != 0)
            return host.Queue;
        uint count = physical.QueueFamilies[(int)host.QueueFamily].QueueCount;
        if (host.QueueIndex >= count)
            throw new ArgumentException(
                $"The queue's index is 0 to {count - 1} in family {host.QueueFamily} of {physical.Info.Name}; "
                + $"got {host.QueueIndex}.",
                nameof(host));
        physical.Instance.Api.GetDeviceQueue(
            new Device(host.Device), host.QueueFamily, host.QueueIndex, out Queue queue);
        // Vulkan does not tell how many queues the host has created; drivers give none beyond them.
        return queue.Handle != 0
            ? queue.Handle
            : throw new ArgumentException(
                $"The index of a queue that the device was created with is expected; it has no queue "
                + $"{host.QueueIndex} of family {host.QueueFamily}.",
                nameof(host));
    }

    public Vk Api { get; }

    public Device Handle => _handle;

    public VulkanPhysicalDevice Physical { get; }

    public uint QueueFamily { get; }

    /// <summary>Whether a host has made it, and not this.</summary>
    public bool IsHosts { get; }

    /// <summary>Whether the feature is enabled on the device; of an own device it is not.</summary>
    public bool HasTimelineSemaphores { get; }

    /// <summary>Whether kernels may read and write 16-bit floats in buffers.</summary>
    public bool HasFp16Storage { get; }

    /// <summary>What kernels are chosen by.</summary>
    public DeviceTraits Traits { get; } = DeviceTraits.Unknown;

    /// <summary>What kernels ask of floats; nothing on a host's device, which may not have enabled it.</summary>
    public FloatControls FloatControls { get; } = FloatControls.None;

    /// <summary>The size of subgroup that pipelines may ask for; 0 if they may ask for none. What a host has enabled is
    /// not known.</summary>
    public int RequirableSubgroup { get; }

    /// <summary>Whether pipelines have statistics.</summary>
    public bool InspectsPipelines { get; }

    /// <summary>The memory of all buffers of this device.</summary>
    public MemoryCount Memory { get; } = new();

    /// <summary>The weights of models that sessions of this device use.</summary>
    public WeightStores Weights { get; } = new();

    /// <summary>Which kernels are best here, and which are not to be used.</summary>
    public TuningCache Variants { get; }

    /// <summary>Whether kernels are tested before their first use here.</summary>
    public bool SelfTests { get; init; } = true;

    /// <summary>How long work may take before the device is taken for lost. It is very long: work waits behind other
    /// work, and a CPU is slow. A host's queue may stop at the host's own waits, so there it has no
    /// end.</summary>
    public TimeSpan WaitLimit
    {
        get => field != default ? field
            : IsHosts ? TimeSpan.MaxValue
            : Physical.Info.Kind == GpuKind.Cpu ? TimeSpan.FromHours(2)
            : TimeSpan.FromMinutes(10);
        init;
    }

    /// <summary>How much is submitted at once.</summary>
    public Pace Pace
    {
        get => field ??= Pace.Of(Physical.Info.Kind);
        init;
    }

    /// <summary>How many times longer than was thought it has taken, at most; 1 as long as nothing took too long. A CPU
    /// has no watchdog.</summary>
    public double Slowness => Volatile.Read(ref _slowness);

    /// <summary>Whether command buffers measure the time that they take.</summary>
    public bool MeasuresParts => HasClock && Pace is { Divides: true, IsMeasured: true };

    /// <summary>Whether its queue takes timestamps.</summary>
    public bool HasClock => Physical.TimestampBits(QueueFamily) > 0;

    /// <summary>Whether it did not end its work in time. Its handles are left alone from then on.</summary>
    public bool IsGivenUp => Volatile.Read(ref _givenUp);

    /// <summary>Lets a test replace a kernel's SPIR-V, by its name.</summary>
    public Func<KernelLaunch, uint[]>? KernelCode { get; init; }

    /// <summary>How many bytes of NaN lie at least before and behind each operand, for tests; else 0.</summary>
    public int GuardBytes { get; init; }

    /// <summary>The pipelines that were compiled on this device.</summary>
    public PipelineStore Pipelines { get; }

    /// <summary>Who has submitted work and waits for its end without holding a thread.</summary>
    public FenceWaiter FenceWaiter { get; } = new();

    /// <summary>What pipelines are compiled with.</summary>
    public PipelineCache PipelineCache => _pipelineCache;

    public void AddReference() => Interlocked.Increment(ref _references);

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) != 0)
            return;
        LiveObjects.Destroyed();
        if (IsGivenUp)
        {
            VulkanInstance.GiveUp();
            _released?.Invoke();
            return;
        }
        if (_handle.Handle != 0)
            Api.DestroyPipelineCache(_handle, _pipelineCache, null);
        if (!IsHosts)
            Api.DestroyDevice(_handle, null);
        _instance.Dispose();
        _released?.Invoke();
    }

    /// <summary>Learns what the device has taken for what was submitted at once.</summary>
    /// <param name="milliseconds">What it took.</param>
    /// <param name="guess">What was guessed, without any slowness.</param>
    public void Took(double milliseconds, double guess)
    {
        // A hiccup of the system costs some more submissions from then on. Beyond this it is no measure of the device.
        const double Most = 1000;
        if (milliseconds > Pace.LongestMilliseconds && milliseconds > guess * Slowness && guess > 0)
            Volatile.Write(ref _slowness, Math.Min(milliseconds / guess, Most));
    }

    /// <summary>Takes the device for lost, though its driver does not say so.</summary>
    public void GiveUp() => Volatile.Write(ref _givenUp, true);

    /// <exception cref="DeviceLostException">It was given up.</exception>
    public void CheckIsNotGivenUp()
    {
        if (IsGivenUp)
            throw new DeviceLostException(
                $"{Physical.Info.Name} did not end its work in time and was given up: "
                + "create the device and its sessions anew.");
    }

    /// <summary>Whether this thread may use the queue; not while it has locked it.</summary>
    public bool IsQueueFree => _queueLock.IsFree;

    /// <summary>Refuses a thread that has locked the queue, before it waits for anything.</summary>
    /// <exception cref="InvalidOperationException">It has.</exception>
    public void CheckQueueIsFree() => _queueLock.CheckIsFree();

    /// <summary>Submits nothing, which a driver refuses if the device was lost.</summary>
    /// <exception cref="DeviceLostException">The device was lost, or given up.</exception>
    public void CheckIsNotLost()
    {
        CheckIsNotGivenUp();
        VulkanResult.FailIfInjected("vkQueueSubmit");
        using (_queueLock.Hold())
            VulkanResult.Throw(Api.QueueSubmit(_queue, 0, null, default), "vkQueueSubmit");
    }

    /// <summary>The handles of this device and its queue, for another library.</summary>
    public HostDevice ToHost() => _queueLock.AddTo(new HostDevice
    {
        Instance = _instance.Handle.Handle,
        PhysicalDevice = Physical.Handle.Handle,
        Device = _handle.Handle,
        QueueFamily = QueueFamily,
        Queue = _queue.Handle,
        GetInstanceProcAddr = _instance.GetInstanceProcAddr,
        HasTimelineSemaphores = HasTimelineSemaphores,
        HasFp16Storage = HasFp16Storage,
        HasInt64 = Traits.HasInt64,
        HasCooperativeMatrices = Traits.Matrix is not null,
    });

    /// <summary>Submits to the queue, each part by itself: a watchdog counts from one submission to the next. Sessions
    /// on several threads take turns, as Vulkan asks of its callers.</summary>
    /// <param name="parts">What is to run, in order.</param>
    /// <param name="fence">Signals when the last part is done.</param>
    /// <param name="sync">What the first part waits for and the last signals.</param>
    public void Submit(ReadOnlySpan<CommandPart> parts, Fence fence, in GpuSync sync)
    {
        CheckIsNotGivenUp();
        ReadOnlySpan<TimelinePoint> wait = sync.Wait.Span, signal = sync.Signal.Span;
        if ((!wait.IsEmpty || !signal.IsEmpty) && !HasTimelineSemaphores)
            throw new UnsupportedDeviceException(
                "Waiting for semaphores and signalling them takes a host's device whose feature timelineSemaphore the "
                + "host has enabled and declared.");
        // Before anything is submitted.
        foreach (TimelinePoint semaphore in signal)
            _ = HandleOf(semaphore);
        // There may be a great many parts, and the stack is small.
        Span<CommandBuffer> commands = stackalloc CommandBuffer[Math.Min(parts.Length, MostAtOnce)];
        for (int i = 0, end; i < parts.Length; i = end)
            try
            {
                // Copies go together with the launches beside them; other parts are as long as may be.
                double milliseconds = parts[i].Milliseconds;
                for (end = i + 1; end < Math.Min(parts.Length, i + MostAtOnce); end++)
                    if ((milliseconds += parts[end].Milliseconds) > Pace.LongestMilliseconds)
                        break;
                for (int part = i; part < end; part++)
                    commands[part - i] = parts[part].Commands;
                bool isLast = end == parts.Length;
                Submit(commands[..(end - i)], isLast ? fence : default, i == 0 ? wait : [], isLast ? signal : []);
            }
            catch when (i > 0) // The driver, or a host's LockQueue.
            {
                // The parts before it run. Where the fence cannot be had for them, the device is lost.
                if (Submit(fence))
                    _ = Api.WaitForFences(_handle, 1, in fence, true, ulong.MaxValue);
                throw;
            }
    }

    private void Submit(
        Span<CommandBuffer> commands, Fence fence, ReadOnlySpan<TimelinePoint> wait, ReadOnlySpan<TimelinePoint> signal)
    {
        VkSemaphore* semaphores = stackalloc VkSemaphore[wait.Length + signal.Length];
        ulong* values = stackalloc ulong[wait.Length + signal.Length];
        PipelineStageFlags* stages = stackalloc PipelineStageFlags[wait.Length];
        for (int i = 0; i < wait.Length; i++)
            (semaphores[i], values[i], stages[i]) =
                (HandleOf(wait[i]), wait[i].Value, PipelineStageFlags.AllCommandsBit);
        for (int i = 0; i < signal.Length; i++)
            (semaphores[wait.Length + i], values[wait.Length + i]) = (HandleOf(signal[i]), signal[i].Value);
        var timeline = new TimelineSemaphoreSubmitInfo
        {
            SType = StructureType.TimelineSemaphoreSubmitInfo,
            WaitSemaphoreValueCount = (uint)wait.Length,
            PWaitSemaphoreValues = values,
            SignalSemaphoreValueCount = (uint)signal.Length,
            PSignalSemaphoreValues = values + wait.Length,
        };
        var info = new SubmitInfo
        {
            SType = StructureType.SubmitInfo,
            PNext = wait.IsEmpty && signal.IsEmpty ? null : &timeline,
            WaitSemaphoreCount = (uint)wait.Length,
            PWaitSemaphores = semaphores,
            PWaitDstStageMask = stages,
            CommandBufferCount = (uint)commands.Length,
            SignalSemaphoreCount = (uint)signal.Length,
            PSignalSemaphores = semaphores + wait.Length,
        };
        VulkanResult.FailIfInjected("vkQueueSubmit");
        fixed (CommandBuffer* first = commands)
        {
            info.PCommandBuffers = first;
            using (_queueLock.Hold())
                VulkanResult.Throw(Api.QueueSubmit(_queue, 1, in info, fence), "vkQueueSubmit");
        }
    }

    /// <summary>Submits a fence alone.</summary>
    private bool Submit(Fence fence)
    {
        using (_queueLock.Hold())
            return Api.QueueSubmit(_queue, 0, null, fence) == Result.Success;
    }

    private static VkSemaphore HandleOf(TimelinePoint semaphore) => semaphore.Handle != 0
        ? new VkSemaphore(semaphore.Handle)
        : throw new ArgumentException("A VkSemaphore is needed to wait for or to signal; its handle is null.");

    /// <summary>Keeps the compiled kernels for the next start, if there are new ones. A driver that does not give them
    /// costs that start some time and nothing else.</summary>
    public void SavePipelineCache()
    {
        if (_cacheFile is null)
            return;
        nuint size = 0;
        if (!Api.GetPipelineCacheData(_handle, _pipelineCache, ref size, null).Succeeds("vkGetPipelineCacheData")
            || (int)size == Volatile.Read(ref _cachedBytes))
            return;
        var data = new byte[size];
        fixed (byte* bytes = data)
            if (!Api.GetPipelineCacheData(_handle, _pipelineCache, ref size, bytes).Succeeds("vkGetPipelineCacheData"))
                return; // Another session's pipelines came in between; the next save has them.
        Volatile.Write(ref _cachedBytes, (int)size);
        _cacheFile.Write(data[..(int)size]);
    }

    private void OpenPipelineCache()
    {
        byte[] data = _cacheFile?.Read() ?? [];
        _cachedBytes = data.Length;
        fixed (byte* bytes = data)
        {
            var info = new PipelineCacheCreateInfo
            {
                SType = StructureType.PipelineCacheCreateInfo,
                InitialDataSize = (nuint)data.Length,
                PInitialData = bytes,
            };
            Api.CreatePipelineCache(_handle, in info, null, out _pipelineCache).Check("vkCreatePipelineCache");
        }
    }
}
