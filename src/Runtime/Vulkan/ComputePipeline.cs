using System.Runtime.InteropServices;
using Silk.NET.Vulkan;
using SoftPool.Kernels;

namespace SoftPool.Vulkan;

/// <summary>A kernel compiled for a device with its specialization constants set: a VkPipeline and its
/// layouts.</summary>
internal sealed unsafe class ComputePipeline : HandleOwner
{
    private readonly DescriptorSetLayout _setLayout;
    private readonly PipelineLayout _layout;
    private readonly Pipeline _handle;

    /// <param name="device">Where it runs.</param>
    /// <param name="dispatch">A launch of it: which kernel, the specialization constants, and what its bindings
    /// are.</param>
    /// <param name="code">Its SPIR-V, if it is not one of the kernels embedded here.</param>
    /// <exception cref="InvalidOperationException">The launch does not fit the kernel.</exception>
    public ComputePipeline(VulkanDevice device, KernelLaunch dispatch, uint[]? code = null) : base(device)
    {
        try
        {
            code ??= EmbeddedShaders.Load(dispatch.Kernel);
            // A constant that is left out would take the default of the GLSL, and the result would be wrong without a
            // word.
            var signature = KernelSignature.Of(code);
            if (signature.Misfit(dispatch) is { } misfit)
                throw new InvalidOperationException(misfit);
            CreateSetLayout(dispatch, out _setLayout);
            CreateLayout(out _layout);
            code = device.FloatControls.Declare(code, dispatch.Id.Numerics == KernelNumerics.Fp16);
            if (device.Traits.Driver == Driver.SwiftShader)
                code = SpecializedSpirv.Of(code, signature.ValuesOf(dispatch));
            CreatePipeline(dispatch, code, signature, out _handle);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public DescriptorSetLayout SetLayout => _setLayout;

    public PipelineLayout Layout => _layout;

    public Pipeline Handle => _handle;

    /// <summary>What the driver's compiler says of it. The device must have been opened to inspect pipelines.</summary>
    public PipelineStatistics Statistics() => PipelineStatistics.Of(Device, Handle);

    protected override void Destroy()
    {
        Device.Api.DestroyPipeline(Device.Handle, Handle, null);
        Device.Api.DestroyPipelineLayout(Device.Handle, Layout, null);
        Device.Api.DestroyDescriptorSetLayout(Device.Handle, SetLayout, null);
    }

    private void CreateSetLayout(KernelLaunch dispatch, out DescriptorSetLayout handle)
    {
        int bindings = dispatch.Operands.Count;
        DescriptorSetLayoutBinding* layout = stackalloc DescriptorSetLayoutBinding[bindings];
        for (int i = 0; i < bindings; i++)
            layout[i] = new DescriptorSetLayoutBinding
            {
                Binding = (uint)i,
                DescriptorType = dispatch.IsTexels(i)
                    ? DescriptorType.UniformTexelBuffer
                    : DescriptorType.StorageBuffer,
                DescriptorCount = 1,
                StageFlags = ShaderStageFlags.ComputeBit,
            };
        var info = new DescriptorSetLayoutCreateInfo
        {
            SType = StructureType.DescriptorSetLayoutCreateInfo,
            BindingCount = (uint)bindings,
            PBindings = layout,
        };
        Device.Api.CreateDescriptorSetLayout(Device.Handle, in info, null, out handle)
            .Check("vkCreateDescriptorSetLayout");
    }

    private void CreateLayout(out PipelineLayout handle)
    {
        DescriptorSetLayout setLayout = SetLayout;
        var info = new PipelineLayoutCreateInfo
        {
            SType = StructureType.PipelineLayoutCreateInfo,
            SetLayoutCount = 1,
            PSetLayouts = &setLayout,
        };
        Device.Api.CreatePipelineLayout(Device.Handle, in info, null, out handle)
            .Check("vkCreatePipelineLayout");
    }

    /// <summary>Whether a kernel asks for subgroups of a size: a workgroup of exactly so many invocations is to run as
    /// one. Some drivers of GPUs that also have larger ones would leave a part of each idle.</summary>
    internal static bool AsksForSubgroup(int workgroup, int requirable) => requirable > 1 && workgroup == requirable;

    private void CreatePipeline(
        KernelLaunch dispatch, uint[] code, KernelSignature signature, out Pipeline handle)
    {
        string kernel = dispatch.Kernel;
        uint[] specialization = signature.ValuesOf(dispatch);
        var subgroup = new PipelineShaderStageRequiredSubgroupSizeCreateInfo
        {
            SType = StructureType.PipelineShaderStageRequiredSubgroupSizeCreateInfo,
            RequiredSubgroupSize = (uint)Device.RequirableSubgroup,
        };
        ShaderModule module = default;
        nint entry = Marshal.StringToCoTaskMemUTF8("main");
        try
        {
            CreateModule(kernel, code, out module);
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
                    Flags = (Device.InspectsPipelines ? PipelineStatistics.Flags : 0)
                        | (Device.Pace.Divides ? PipelineCreateFlags.CreateDispatchBaseBit : 0),
                    Layout = Layout,
                    Stage = new PipelineShaderStageCreateInfo
                    {
                        SType = StructureType.PipelineShaderStageCreateInfo,
                        PNext = AsksForSubgroup(signature.WorkgroupOf(specialization), Device.RequirableSubgroup)
                            ? &subgroup
                            : null,
                        Stage = ShaderStageFlags.ComputeBit,
                        Module = module,
                        PName = (byte*)entry,
                        PSpecializationInfo = &constants,
                    },
                };
                Device.Api.CreateComputePipelines(Device.Handle, Device.PipelineCache, 1, in info, null, out handle)
                    .Check($"vkCreateComputePipelines for {kernel}");
            }
        }
        finally
        {
            Marshal.FreeCoTaskMem(entry);
            Device.Api.DestroyShaderModule(Device.Handle, module, null);
        }
    }

    private void CreateModule(string kernel, uint[] code, out ShaderModule module)
    {
        fixed (uint* words = code)
        {
            var info = new ShaderModuleCreateInfo
            {
                SType = StructureType.ShaderModuleCreateInfo,
                CodeSize = (nuint)(code.Length * sizeof(uint)),
                PCode = words,
            };
            Device.Api.CreateShaderModule(Device.Handle, in info, null, out module)
                .Check($"vkCreateShaderModule for {kernel}");
        }
    }
}
