using System.Runtime.InteropServices;
using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>A kernel compiled for a device with its specialization constants set: a VkPipeline and its layouts.</summary>
internal sealed unsafe class ComputePipeline : IDisposable
{
    private readonly VulkanDevice _device;

    /// <param name="device">Where it runs.</param>
    /// <param name="kernel">The embedded shader's name.</param>
    /// <param name="specialization">The values of the specialization constants 0, 1, 2 and so on.</param>
    /// <param name="bindings">The number of storage buffers, at bindings 0, 1, 2 and so on of set 0.</param>
    public ComputePipeline(VulkanDevice device, string kernel, IReadOnlyList<uint> specialization, int bindings)
    {
        _device = device;
        try
        {
            SetLayout = CreateSetLayout(bindings);
            Layout = CreateLayout();
            Handle = CreatePipeline(kernel, [.. specialization]);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public DescriptorSetLayout SetLayout { get; }

    public PipelineLayout Layout { get; }

    public Pipeline Handle { get; }

    public void Dispose()
    {
        _device.Api.DestroyPipeline(_device.Handle, Handle, null);
        _device.Api.DestroyPipelineLayout(_device.Handle, Layout, null);
        _device.Api.DestroyDescriptorSetLayout(_device.Handle, SetLayout, null);
    }

    private DescriptorSetLayout CreateSetLayout(int bindings)
    {
        DescriptorSetLayoutBinding* layout = stackalloc DescriptorSetLayoutBinding[bindings];
        for (int i = 0; i < bindings; i++)
            layout[i] = new DescriptorSetLayoutBinding
            {
                Binding = (uint)i,
                DescriptorType = DescriptorType.StorageBuffer,
                DescriptorCount = 1,
                StageFlags = ShaderStageFlags.ComputeBit,
            };
        var info = new DescriptorSetLayoutCreateInfo
        {
            SType = StructureType.DescriptorSetLayoutCreateInfo,
            BindingCount = (uint)bindings,
            PBindings = layout,
        };
        _device.Api.CreateDescriptorSetLayout(_device.Handle, in info, null, out DescriptorSetLayout handle)
            .Check("vkCreateDescriptorSetLayout");
        return handle;
    }

    private PipelineLayout CreateLayout()
    {
        DescriptorSetLayout setLayout = SetLayout;
        var info = new PipelineLayoutCreateInfo
        {
            SType = StructureType.PipelineLayoutCreateInfo,
            SetLayoutCount = 1,
            PSetLayouts = &setLayout,
        };
        _device.Api.CreatePipelineLayout(_device.Handle, in info, null, out PipelineLayout handle)
            .Check("vkCreatePipelineLayout");
        return handle;
    }

    private Pipeline CreatePipeline(string kernel, uint[] specialization)
    {
        ShaderModule module = CreateModule(kernel);
        nint entry = Marshal.StringToCoTaskMemUTF8("main");
        try
        {
            SpecializationMapEntry* map = stackalloc SpecializationMapEntry[specialization.Length];
            for (int i = 0; i < specialization.Length; i++)
                map[i] = new SpecializationMapEntry((uint)i, (uint)(i * sizeof(uint)), sizeof(uint));
            fixed (uint* values = specialization)
            {
                var constants = new SpecializationInfo(
                    (uint)specialization.Length, map, (nuint)(specialization.Length * sizeof(uint)), values);
                var info = new ComputePipelineCreateInfo
                {
                    SType = StructureType.ComputePipelineCreateInfo,
                    Layout = Layout,
                    Stage = new PipelineShaderStageCreateInfo
                    {
                        SType = StructureType.PipelineShaderStageCreateInfo,
                        Stage = ShaderStageFlags.ComputeBit,
                        Module = module,
                        PName = (byte*)entry,
                        PSpecializationInfo = &constants,
                    },
                };
                Pipeline pipeline;
                _device.Api.CreateComputePipelines(_device.Handle, default, 1, &info, null, &pipeline)
                    .Check($"vkCreateComputePipelines for {kernel}");
                return pipeline;
            }
        }
        finally
        {
            Marshal.FreeCoTaskMem(entry);
            _device.Api.DestroyShaderModule(_device.Handle, module, null);
        }
    }

    private ShaderModule CreateModule(string kernel)
    {
        uint[] code = EmbeddedShaders.Load(kernel);
        fixed (uint* words = code)
        {
            var info = new ShaderModuleCreateInfo
            {
                SType = StructureType.ShaderModuleCreateInfo,
                CodeSize = (nuint)(code.Length * sizeof(uint)),
                PCode = words,
            };
            _device.Api.CreateShaderModule(_device.Handle, in info, null, out ShaderModule module)
                .Check($"vkCreateShaderModule for {kernel}");
            return module;
        }
    }
}
