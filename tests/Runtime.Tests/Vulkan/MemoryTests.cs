using Silk.NET.Vulkan;
using SoftPool.Execution;
using SoftPool.Vulkan;
using MemoryType = SoftPool.Vulkan.MemoryType;

namespace SoftPool.Runtime.Tests.Vulkan;

/// <summary>Which memory is taken on devices that have several kinds of it, and what is said where none is
/// left.</summary>
[TestClass]
public sealed class MemoryTests
{
    private const MemoryPropertyFlags Local = MemoryPropertyFlags.DeviceLocalBit, Coherent = MemoryTypes.Coherent,
        Visible = MemoryPropertyFlags.HostVisibleBit, Cached = MemoryPropertyFlags.HostCachedBit;

    private static readonly Model Model = SessionTests.NetworkOfAllOperators();
    private static readonly float[] Input = SessionTests.Input(2);

    /// <summary>A graphics card with a window of 256 MiB, as the driver lists its memory; the last kind is AMD's, which
    /// takes a feature.</summary>
    private static readonly MemoryTypes Card = new(
    [
        new(0, Local, 0), new(1, Coherent, 1), new(2, Local | Coherent, 2), new(3, Coherent | Cached, 1),
        new(4, Local | MemoryPropertyFlags.DeviceCoherentBitAmd, 0),
    ]);

    [TestInitialize]
    public void OpenTheSharedDevice() => _ = TestDevices.Software;

    [TestMethod]
    public void The_first_kind_that_suits_is_tried_first_and_special_ones_never()
    {
        CollectionAssert.AreEqual(new uint[] { 0, 2 }, Numbers(Card.Suitable(~0u, Local)));
        CollectionAssert.AreEqual(new uint[] { 2 }, Numbers(Card.Suitable(~1u, Local)));
        CollectionAssert.AreEqual(
            new uint[] { 3, 1, 2 }, Numbers(Card.Suitable(~0u, Coherent | Cached, Visible | Cached, Coherent)));
        Assert.IsEmpty(Card.Suitable(1, Coherent));

        static uint[] Numbers(IReadOnlyList<MemoryType> types) => [.. types.Select(type => type.Index)];
    }

    [TestMethod]
    public void A_device_whose_memory_the_host_sees_only_in_part_is_told_from_one_whose_memory_it_sees()
    {
        Assert.IsFalse(Card.AreAllHostVisible);
        Assert.IsTrue(
            new MemoryTypes([new(0, Local, 0), new(1, Local | Coherent, 0), new(2, Coherent, 1)]).AreAllHostVisible);
        Assert.IsFalse(new MemoryTypes([new(0, Local, 0), new(1, Local | Visible | Cached, 0)]).AreAllHostVisible);
        Assert.IsTrue(TestDevices.Software.Vulkan.Physical.Memory.AreAllHostVisible);
    }

    /// <summary>The driver has one kind, which is here listed twice.</summary>
    [TestMethod]
    public void When_the_first_heap_is_full_another_is_taken_and_nothing_is_left_behind()
    {
        float[] expected = Run(null);
        int before = LiveObjects.Count, failures = 0;
        bool fails = false;
        VulkanResult.Injected = (call, result) =>
        {
            fails = call == "vkAllocateMemory" && !fails;
            failures += fails ? 1 : 0;
            return fails ? Result.ErrorOutOfDeviceMemory : result;
        };
        try
        {
            CollectionAssert.AreEqual(expected, Run(Listing(Local | Coherent, Local | Coherent)));
        }
        finally
        {
            VulkanResult.Injected = null;
        }
        Assert.IsGreaterThan(3, failures);
        Assert.AreEqual(before, LiveObjects.Count);
    }

    [TestMethod]
    public void Weights_are_staged_only_where_the_host_cannot_write_all_memory()
    {
        int here = 0, there = 0;
        float[] expected = Run(null, call => here += call == "vkQueueSubmit" ? 1 : 0);
        CollectionAssert.AreEqual(
            expected, Run(Listing(Local, Coherent), call => there += call == "vkQueueSubmit" ? 1 : 0));
        Assert.IsGreaterThan(here + 3, there);
    }

    [TestMethod]
    public void Weights_and_activations_beyond_the_largest_allocation_lie_in_several()
    {
        int one = 0, several = 0;
        float[] expected = Run(null, call => one += IsAllocation(call));
        CollectionAssert.AreEqual(
            expected, Run(new InventedDevice { LargestAllocation = 2000 }, call => several += IsAllocation(call)));
        Assert.IsGreaterThan(one, several);

        static int IsAllocation(string call) => call == "vkAllocateMemory" ? 1 : 0;
    }

    /// <summary>A run in flight after another, on inputs that the kernels read where the CPU writes them.</summary>
    [TestMethod]
    public void Inputs_are_copied_only_where_the_host_cannot_write_all_memory()
    {
        using GpuDevice shared = Open(null), staged = Open(Listing(Local, Coherent));
        foreach ((GpuDevice device, bool isShared) in ((GpuDevice, bool)[])[(shared, true), (staged, false)])
        {
            using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = 2 });
            using var slot = new RunSlot(new PlannedModel(device.Vulkan, Model, session.Plan));
            Assert.AreEqual(isShared, slot.Program.HostInputs is not null);
        }
    }

    [TestMethod]
    public void Memory_that_the_system_still_grants_is_taken_first_and_what_it_grants_is_told()
    {
        const int Room = 1 << 20;
        var listed = Listing(Local | Coherent, Local | Coherent);
        using (GpuDevice device = Open(listed with { Room = [0, Room] }))
        {
            Assert.AreEqual(Room, device.FreeMemoryBytes);
            string message = "";
            VulkanResult.Injected = (call, result) =>
                call == "vkAllocateMemory" ? Result.ErrorOutOfDeviceMemory : result;
            try
            {
                message = Assert.ThrowsExactly<OutOfDeviceMemoryException>(() => device.CreateSession(Model)).Message;
            }
            finally
            {
                VulkanResult.Injected = null;
            }
            StringAssert.Contains(message, $"the system grants this program {Room} more.");
            MemoryType[] types = [new(0, Local, 0), new(0, Local, 1)];
            CollectionAssert.AreEqual(
                new uint[] { 1, 0 },
                device.Vulkan.Physical.WithRoom(types, Room).Select(type => type.Heap).ToArray());
        }
        using GpuDevice unknown = Open(listed);
        Assert.AreEqual(
            unknown.Vulkan.Physical.Extensions.Contains(Extensions.MemoryBudget), unknown.FreeMemoryBytes is not null);
    }

    [TestMethod]
    public void A_cache_that_is_not_coherent_is_told_before_the_host_reads()
    {
        int invalidated = 0;
        float[] expected = Run(null);
        CollectionAssert.AreEqual(expected, Run(
            Listing(Local, Coherent, Visible | Cached),
            call => invalidated += call == "vkInvalidateMappedMemoryRanges" ? 1 : 0));
        Assert.IsGreaterThan(0, invalidated);
    }

    [TestMethod]
    public void A_buffer_beyond_the_device_s_limit_is_refused_with_both_sizes()
    {
        string message = Assert.ThrowsExactly<DeviceLimitException>(
            () => Run(new InventedDevice { LargestBuffer = 4096 })).Message;
        StringAssert.Contains(message, "4096 at most");
    }

    [TestMethod]
    [DataRow(1, 1, false, true, "The batch is 1 already: take 16-bit storage, or")]
    [DataRow(1, 1, false, false, "take a device with more memory, or")]
    [DataRow(8, 3, false, false, "Take a smaller batch than 8 or fewer runs at once than 3, or")]
    [DataRow(2, 1, true, true, "Take a smaller batch than 2 or no kept layers or 16-bit storage, or")]
    public void The_advice_names_what_would_help(int batch, int runs, bool keeps, bool hasFp16, string advice) =>
        StringAssert.Contains(
            new OutOfDeviceMemoryException("No memory.")
                .Advising(new SessionOptions(batch, keeps, MaxConcurrentRuns: runs), hasFp16).Message,
            $"{advice} dispose sessions");

    [TestMethod]
    public void What_the_driver_says_of_its_limits_is_read()
    {
        Assert.IsGreaterThan(1L << 20, TestDevices.Software.Vulkan.Physical.LargestAllocation);
        Assert.IsLessThan(long.MaxValue, TestDevices.Software.Vulkan.Physical.LargestAllocation);
    }

    /// <summary>A device with these kinds of memory, each in a heap of its own.</summary>
    internal static InventedDevice Listing(params MemoryPropertyFlags[] types) =>
        new() { Memory = [.. types.Select((flags, heap) => new MemoryType(0, flags, (uint)heap))] };

    private static GpuDevice Open(InventedDevice? invented) => TestDevices.OpenSoftware(
        new GpuDeviceOptions { PipelineCacheFolder = "", SelfTest = false, Invented = invented });

    private static float[] Run(InventedDevice? invented, Action<string>? seen = null)
    {
        Func<string, Result, Result>? outer = VulkanResult.Injected;
        if (seen is not null)
            VulkanResult.Injected = (call, result) =>
            {
                seen(call);
                return result;
            };
        try
        {
            using GpuDevice device = Open(invented);
            using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = 2 });
            var output = new float[2 * Model.Graph.OutputShape.ElementCount];
            session.Run(Input, output);
            return output;
        }
        finally
        {
            VulkanResult.Injected = outer;
        }
    }
}
