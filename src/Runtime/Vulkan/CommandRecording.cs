using Silk.NET.Vulkan;
using SoftPool.Planning;

namespace SoftPool.Vulkan;

/// <summary>One command buffer, recorded once and submitted any number of times, with its own pool and fence.</summary>
internal sealed unsafe class CommandRecording : IDisposable
{
    private readonly VulkanDevice _device;
    private readonly CommandPool _pool;
    private readonly Fence _fence;
    private readonly CommandBuffer _commands;

    /// <summary>Begins the recording.</summary>
    public CommandRecording(VulkanDevice device)
    {
        _device = device;
        Vk api = device.Api;
        try
        {
            var pool = new CommandPoolCreateInfo
            {
                SType = StructureType.CommandPoolCreateInfo,
                QueueFamilyIndex = device.QueueFamily,
            };
            api.CreateCommandPool(device.Handle, in pool, null, out _pool).Check("vkCreateCommandPool");
            var allocation = new CommandBufferAllocateInfo
            {
                SType = StructureType.CommandBufferAllocateInfo,
                CommandPool = _pool,
                Level = CommandBufferLevel.Primary,
                CommandBufferCount = 1,
            };
            api.AllocateCommandBuffers(device.Handle, in allocation, out _commands).Check("vkAllocateCommandBuffers");
            var fence = new FenceCreateInfo { SType = StructureType.FenceCreateInfo };
            api.CreateFence(device.Handle, in fence, null, out _fence).Check("vkCreateFence");
            var begin = new CommandBufferBeginInfo { SType = StructureType.CommandBufferBeginInfo };
            api.BeginCommandBuffer(_commands, in begin).Check("vkBeginCommandBuffer");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Copy(BufferRange source, BufferRange destination)
    {
        var region = new BufferCopy((ulong)source.Offset, (ulong)destination.Offset, (ulong)source.ByteCount);
        _device.Api.CmdCopyBuffer(_commands, source.Buffer, destination.Buffer, 1, in region);
    }

    public void Dispatch(ComputePipeline pipeline, DescriptorSet set, GroupCount groups)
    {
        _device.Api.CmdBindPipeline(_commands, PipelineBindPoint.Compute, pipeline.Handle);
        _device.Api.CmdBindDescriptorSets(
            _commands, PipelineBindPoint.Compute, pipeline.Layout, 0, 1, in set, 0, null);
        _device.Api.CmdDispatch(_commands, (uint)groups.X, (uint)groups.Y, (uint)groups.Z);
    }

    /// <summary>What copies and kernels have written is there for the copies and kernels that follow, and nothing is
    /// overwritten before it was read.</summary>
    public void Barrier() => Barrier(
        PipelineStageFlags.TransferBit | PipelineStageFlags.ComputeShaderBit,
        AccessFlags.TransferReadBit | AccessFlags.TransferWriteBit | AccessFlags.ShaderReadBit
            | AccessFlags.ShaderWriteBit);

    /// <summary>What copies have written is there for the host once the fence has signalled; ends the recording.</summary>
    public void End()
    {
        Barrier(PipelineStageFlags.HostBit, AccessFlags.HostReadBit);
        _device.Api.EndCommandBuffer(_commands).Check("vkEndCommandBuffer");
    }

    /// <summary>Runs the commands and waits for their end.</summary>
    public void SubmitAndWait()
    {
        CommandBuffer commands = _commands;
        var submit = new SubmitInfo
        {
            SType = StructureType.SubmitInfo,
            CommandBufferCount = 1,
            PCommandBuffers = &commands,
        };
        _device.Submit(in submit, _fence);
        _device.Api.WaitForFences(_device.Handle, 1, in _fence, true, ulong.MaxValue).Check("vkWaitForFences");
        _device.Api.ResetFences(_device.Handle, 1, in _fence).Check("vkResetFences");
    }

    public void Dispose()
    {
        _device.Api.DestroyFence(_device.Handle, _fence, null);
        _device.Api.DestroyCommandPool(_device.Handle, _pool, null);
    }

    private void Barrier(PipelineStageFlags stages, AccessFlags accesses)
    {
        var barrier = new MemoryBarrier
        {
            SType = StructureType.MemoryBarrier,
            SrcAccessMask = AccessFlags.TransferWriteBit | AccessFlags.ShaderWriteBit,
            DstAccessMask = accesses,
        };
        _device.Api.CmdPipelineBarrier(
            _commands, PipelineStageFlags.TransferBit | PipelineStageFlags.ComputeShaderBit, stages, 0,
            1, in barrier, 0, null, 0, null);
    }
}
