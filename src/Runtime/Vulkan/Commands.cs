using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>What the runtime records into a command buffer, its own or a host's.</summary>
internal readonly unsafe struct Commands(Vk api, CommandBuffer handle)
{
    /// <summary>What is recorded into a host's command buffer.</summary>
    public static Commands IntoHosts(VulkanDevice device, nint commandBuffer) => new(device.Api, new CommandBuffer(commandBuffer));

    public void Copy(BufferRange source, BufferRange destination)
    {
        var region = new BufferCopy((ulong)source.Offset, (ulong)destination.Offset, (ulong)source.ByteCount);
        api.CmdCopyBuffer(handle, source.Buffer, destination.Buffer, 1, in region);
    }

    /// <summary>Fills a buffer with bits that are NaN in 16 and in 32 bits.</summary>
    public void FillWithNaN(DeviceBuffer buffer) => api.CmdFillBuffer(handle, buffer.Handle, 0, Vk.WholeSize, ~0u);

    public void Dispatch(BoundLaunch launch)
    {
        DescriptorSet set = launch.Set;
        api.CmdBindPipeline(handle, PipelineBindPoint.Compute, launch.Pipeline.Handle);
        api.CmdBindDescriptorSets(handle, PipelineBindPoint.Compute, launch.Pipeline.Layout, 0, 1, in set, 0, null);
        api.CmdDispatch(handle, (uint)launch.Groups.X, (uint)launch.Groups.Y, (uint)launch.Groups.Z);
    }

    /// <summary>Makes timestamps ready to be taken.</summary>
    public void Reset(Timestamps timestamps) =>
        api.CmdResetQueryPool(handle, timestamps.Handle, 0, (uint)timestamps.Count);

    /// <summary>Takes a timestamp once what was recorded before it is done.</summary>
    public void Take(Timestamps timestamps, int index) =>
        api.CmdWriteTimestamp(handle, PipelineStageFlags.BottomOfPipeBit, timestamps.Handle, (uint)index);

    /// <summary>What copies and kernels have written is there for the copies and kernels that follow, and nothing is
    /// overwritten before it was read.</summary>
    public void Barrier() => Barrier(
        Own, AccessFlags.TransferWriteBit | AccessFlags.ShaderWriteBit, Own,
        AccessFlags.TransferReadBit | AccessFlags.TransferWriteBit | AccessFlags.ShaderReadBit
            | AccessFlags.ShaderWriteBit);

    /// <summary>What copies have written is there for the host once the fence has signalled.</summary>
    public void BarrierToHost() => Barrier(
        Own, AccessFlags.TransferWriteBit | AccessFlags.ShaderWriteBit, PipelineStageFlags.HostBit,
        AccessFlags.HostReadBit);

    /// <summary>Whatever was recorded or submitted before is done and seen by what the runtime records.</summary>
    public void BarrierFromAll() => Barrier(
        PipelineStageFlags.AllCommandsBit, AccessFlags.MemoryWriteBit, Own,
        AccessFlags.TransferReadBit | AccessFlags.TransferWriteBit | AccessFlags.ShaderReadBit
            | AccessFlags.ShaderWriteBit);

    /// <summary>What the runtime recorded is done and seen by whatever follows.</summary>
    public void BarrierToAll() => Barrier(
        Own, AccessFlags.TransferWriteBit | AccessFlags.ShaderWriteBit, PipelineStageFlags.AllCommandsBit,
        AccessFlags.MemoryReadBit | AccessFlags.MemoryWriteBit);

    private static PipelineStageFlags Own => PipelineStageFlags.TransferBit | PipelineStageFlags.ComputeShaderBit;

    private void Barrier(
        PipelineStageFlags sourceStages, AccessFlags source, PipelineStageFlags destinationStages, AccessFlags destination)
    {
        var barrier = new MemoryBarrier
        {
            SType = StructureType.MemoryBarrier,
            SrcAccessMask = source,
            DstAccessMask = destination,
        };
        api.CmdPipelineBarrier(handle, sourceStages, destinationStages, 0, 1, in barrier, 0, null, 0, null);
    }
}
