using Silk.NET.Vulkan;
using SoftPool.Kernels;
using VkBuffer = Silk.NET.Vulkan.Buffer;
using VkImage = Silk.NET.Vulkan.Image;

namespace SoftPool.Vulkan;

/// <summary>Which part of a VkImage a plane is: all of it, or one of two planes.</summary>
internal enum PlaneAspect
{
    Whole,
    First,
    Second,
}

/// <summary>What the runtime records into a command buffer, its own or a host's.</summary>
internal readonly unsafe struct Commands
{
    private readonly VulkanDevice _device;
    private readonly Vk _api;
    private readonly CommandParts? _parts;
    private readonly CommandBuffer _hosts;

    public Commands(VulkanDevice device, CommandParts parts) => (_device, _api, _parts) = (device, device.Api, parts);

    private Commands(VulkanDevice device, CommandBuffer hosts) =>
        (_device, _api, _hosts) = (device, device.Api, hosts);

    private CommandBuffer Handle => _parts?.Current ?? _hosts;

    /// <summary>What is recorded into a command buffer, a host's or one of the runtime's own.</summary>
    public static Commands Into(VulkanDevice device, nint commandBuffer) =>
        new(device, new CommandBuffer(commandBuffer));

    /// <summary>Records what names a host's buffers or images, here and, in a submission, anew before each use: the
    /// host may have replaced them by others, even under the same handles.</summary>
    public void Anew(Action<Commands> record)
    {
        if (_parts is null)
            record(this);
        else
            _parts.Add(record);
    }

    public void Copy(BufferRange source, BufferRange destination)
    {
        var region = new BufferCopy((ulong)source.Offset, (ulong)destination.Offset, (ulong)source.ByteCount);
        _api.CmdCopyBuffer(Handle, source.Buffer, destination.Buffer, 1, in region);
    }

    /// <summary>Copies a plane of a host's picture, row by row without gaps. An image is afterwards in the layout in
    /// which it was.</summary>
    /// <param name="plane">The plane.</param>
    /// <param name="aspect">Which part of an image it is.</param>
    /// <param name="size">Its rows and their pixels or samples.</param>
    /// <param name="bytes">The bytes of one of these.</param>
    /// <param name="to">Where they go.</param>
    public void CopyPlane(in DevicePlane plane, PlaneAspect aspect, Size2d size, int bytes, BufferRange to)
    {
        if (plane.Image == 0)
        {
            CopyRows(plane, (long)size.Width * bytes, size.Height, to);
            return;
        }
        var layout = (ImageLayout)plane.Layout;
        bool changes = layout != ImageLayout.TransferSrcOptimal;
        if (changes)
            Change(
                new VkImage(plane.Image), plane.Layer, layout, ImageLayout.TransferSrcOptimal,
                PipelineStageFlags.AllCommandsBit, PipelineStageFlags.TransferBit);
        var region = new BufferImageCopy
        {
            BufferOffset = (ulong)to.Offset,
            ImageSubresource = new ImageSubresourceLayers(
                aspect switch
                {
                    PlaneAspect.First => ImageAspectFlags.Plane0Bit,
                    PlaneAspect.Second => ImageAspectFlags.Plane1Bit,
                    _ => ImageAspectFlags.ColorBit,
                },
                0, (uint)plane.Layer, 1),
            ImageExtent = new Extent3D((uint)size.Width, (uint)size.Height, 1),
        };
        _api.CmdCopyImageToBuffer(
            Handle, new VkImage(plane.Image), ImageLayout.TransferSrcOptimal, to.Buffer, 1, in region);
        if (changes)
            Change(
                new VkImage(plane.Image), plane.Layer, ImageLayout.TransferSrcOptimal, layout,
                PipelineStageFlags.TransferBit, PipelineStageFlags.AllCommandsBit);
    }

    /// <summary>Copies texels, row by row without gaps, to a host's image, which changes its layout as the host
    /// says.</summary>
    public void CopyTo(in OutputImage image, BufferRange texels)
    {
        var handle = new VkImage(image.Handle);
        Change(
            handle, image.Layer, (ImageLayout)image.LayoutBefore, ImageLayout.TransferDstOptimal,
            PipelineStageFlags.AllCommandsBit, PipelineStageFlags.TransferBit);
        var region = new BufferImageCopy
        {
            BufferOffset = (ulong)texels.Offset,
            ImageSubresource = new ImageSubresourceLayers(ImageAspectFlags.ColorBit, 0, (uint)image.Layer, 1),
            ImageExtent = new Extent3D((uint)image.Width, (uint)image.Height, 1),
        };
        _api.CmdCopyBufferToImage(
            Handle, texels.Buffer, handle, ImageLayout.TransferDstOptimal, 1, in region);
        Change(
            handle, image.Layer, ImageLayout.TransferDstOptimal, (ImageLayout)image.LayoutAfter,
            PipelineStageFlags.TransferBit, PipelineStageFlags.AllCommandsBit);
    }

    /// <summary>Fills a buffer with bits that are NaN in 16 and in 32 bits.</summary>
    public void FillWithNaN(DeviceBuffer buffer) => _api.CmdFillBuffer(Handle, buffer.Handle, 0, Vk.WholeSize, ~0u);

    /// <summary>Launches a kernel: in pieces, where the device would work for too long without a pause. In a host's
    /// command buffer too, for devices let other work in between launches.</summary>
    public void Dispatch(BoundLaunch launch)
    {
        (int x, int y, int z) = launch.Groups;
        double milliseconds = launch.Milliseconds * _device.Slowness;
        int pieces = PiecesOf(launch.Groups, milliseconds);
        if (pieces == 1)
        {
            _parts?.Reserve(milliseconds);
            Bind(launch);
            _api.CmdDispatch(Handle, (uint)x, (uint)y, (uint)z);
            return;
        }
        int groups = z > 1 ? z : y > 1 ? y : x;
        for (int i = 0; i < pieces; i++)
        {
            uint begin = (uint)((long)groups * i / pieces), count = (uint)((long)groups * (i + 1) / pieces) - begin;
            _parts?.Reserve(milliseconds / pieces);
            Bind(launch);
            if (z > 1)
                _api.CmdDispatchBase(Handle, 0, 0, begin, (uint)x, (uint)y, count);
            else if (y > 1)
                _api.CmdDispatchBase(Handle, 0, begin, 0, (uint)x, count, 1);
            else
                _api.CmdDispatchBase(Handle, begin, 0, 0, count, 1, 1);
        }
    }

    /// <summary>Makes timestamps ready to be taken.</summary>
    public void Reset(Timestamps timestamps) =>
        _api.CmdResetQueryPool(Handle, timestamps.Handle, 0, (uint)timestamps.Count);

    /// <summary>Takes a timestamp once what was recorded before it is done.</summary>
    public void Take(Timestamps timestamps, int index) =>
        _api.CmdWriteTimestamp(Handle, PipelineStageFlags.BottomOfPipeBit, timestamps.Handle, (uint)index);

    /// <summary>What copies and kernels have written is there for the copies and kernels that follow, and nothing is
    /// overwritten before it was read.</summary>
    public void Barrier() => Barrier(
        Own, AccessFlags.TransferWriteBit | AccessFlags.ShaderWriteBit, Own,
        AccessFlags.TransferReadBit | AccessFlags.TransferWriteBit | AccessFlags.ShaderReadBit
            | AccessFlags.ShaderWriteBit);

    /// <summary>What copies have written is there for the host once the fence has signalled.</summary>
    public void BarrierToHost() => Barrier(
        Own, AccessFlags.TransferWriteBit | AccessFlags.ShaderWriteBit, PipelineStageFlags.HostBit,
        AccessFlags.HostReadBit | AccessFlags.HostWriteBit);

    /// <summary>Whatever was recorded or submitted before is done and seen by what the runtime records.</summary>
    public void BarrierFromAll() => Barrier(
        PipelineStageFlags.AllCommandsBit, AccessFlags.MemoryWriteBit, Own,
        AccessFlags.TransferReadBit | AccessFlags.TransferWriteBit | AccessFlags.ShaderReadBit
            | AccessFlags.ShaderWriteBit);

    /// <summary>What the runtime recorded is done and seen by whatever follows, and by the CPU, which may write the
    /// next input.</summary>
    public void BarrierToAll() => Barrier(
        Own, AccessFlags.TransferWriteBit | AccessFlags.ShaderWriteBit,
        PipelineStageFlags.AllCommandsBit | PipelineStageFlags.HostBit,
        AccessFlags.MemoryReadBit | AccessFlags.MemoryWriteBit);

    /// <summary>Into how many a launch is divided that alone takes too long: along its outermost axis of several
    /// groups, for kernels may count by the number of groups along x.</summary>
    internal int PiecesOf(GroupCount groups, double milliseconds)
    {
        double pieces = Math.Ceiling(milliseconds / _device.Pace.LongestMilliseconds);
        (int x, int y, int z) = groups;
        return (int)Math.Clamp(pieces, 1, z > 1 ? z : y > 1 ? y : x);
    }

    private void Bind(BoundLaunch launch)
    {
        DescriptorSet set = launch.Set;
        _api.CmdBindPipeline(Handle, PipelineBindPoint.Compute, launch.Pipeline.Handle);
        _api.CmdBindDescriptorSets(Handle, PipelineBindPoint.Compute, launch.Pipeline.Layout, 0, 1, in set, 0, null);
    }

    private void CopyRows(in DevicePlane plane, long rowBytes, int rows, BufferRange to)
    {
        const int AtOnce = 64;
        var from = new VkBuffer(plane.Buffer);
        if (plane.RowPitch == 0 || plane.RowPitch == rowBytes)
        {
            Copy(new BufferRange(from, plane.Offset, rowBytes * rows), to);
            return;
        }
        BufferCopy* regions = stackalloc BufferCopy[AtOnce];
        for (int first = 0; first < rows; first += AtOnce)
        {
            int count = Math.Min(AtOnce, rows - first);
            for (int i = 0; i < count; i++)
                regions[i] = new BufferCopy(
                    (ulong)(plane.Offset + (long)plane.RowPitch * (first + i)),
                    (ulong)(to.Offset + rowBytes * (first + i)), (ulong)rowBytes);
            _api.CmdCopyBuffer(Handle, from, to.Buffer, (uint)count, regions);
        }
    }

    private void Change(
        VkImage image, int layer, ImageLayout from, ImageLayout to, PipelineStageFlags before,
        PipelineStageFlags after)
    {
        // All planes of an image together are its colour.
        var barrier = new ImageMemoryBarrier
        {
            SType = StructureType.ImageMemoryBarrier,
            SrcAccessMask = AccessFlags.MemoryWriteBit,
            DstAccessMask = AccessFlags.MemoryReadBit | AccessFlags.MemoryWriteBit,
            OldLayout = from,
            NewLayout = to,
            SrcQueueFamilyIndex = Vk.QueueFamilyIgnored,
            DstQueueFamilyIndex = Vk.QueueFamilyIgnored,
            Image = image,
            SubresourceRange = new ImageSubresourceRange(ImageAspectFlags.ColorBit, 0, 1, (uint)layer, 1),
        };
        _api.CmdPipelineBarrier(Handle, before, after, 0, 0, null, 0, null, 1, in barrier);
    }

    private static PipelineStageFlags Own => PipelineStageFlags.TransferBit | PipelineStageFlags.ComputeShaderBit;

    private void Barrier(
        PipelineStageFlags sourceStages, AccessFlags source,
        PipelineStageFlags destinationStages, AccessFlags destination)
    {
        var barrier = new MemoryBarrier
        {
            SType = StructureType.MemoryBarrier,
            SrcAccessMask = source,
            DstAccessMask = destination,
        };
        _api.CmdPipelineBarrier(Handle, sourceStages, destinationStages, 0, 1, in barrier, 0, null, 0, null);
    }
}
