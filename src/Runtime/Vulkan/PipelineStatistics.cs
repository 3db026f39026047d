using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Silk.NET.Core;
using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>What a driver's compiler says of a pipeline, on a device opened with
/// <see cref="GpuDeviceOptions.InspectPipelines"/>.</summary>
/// <param name="Values">Its figures under the driver's own names: "VGPRs", "Spilled VGPRs".</param>
/// <param name="Texts">Its texts under the driver's own names: "Assembly".</param>
/// <param name="SubgroupSize">Invocations in a subgroup, as compiled.</param>
internal sealed unsafe record PipelineStatistics(
    IReadOnlyDictionary<string, double> Values, IReadOnlyDictionary<string, string> Texts, uint SubgroupSize)
{
    /// <summary>What the device must have for it.</summary>
    public const string Extension = "VK_KHR_pipeline_executable_properties";

    /// <summary>What a pipeline must be created with for it.</summary>
    public const PipelineCreateFlags Flags =
        PipelineCreateFlags.CreateCaptureStatisticsBitKhr
        | PipelineCreateFlags.CreateCaptureInternalRepresentationsBitKhr;

    /// <summary>Asks the driver.</summary>
    public static PipelineStatistics Of(VulkanDevice device, Pipeline pipeline)
    {
        uint subgroupSize = Executable(device, pipeline).SubgroupSize;
        var executable = new PipelineExecutableInfoKHR
        {
            SType = StructureType.PipelineExecutableInfoKhr,
            Pipeline = pipeline,
        };
        var getStatistics = (delegate* unmanaged<
            Device, PipelineExecutableInfoKHR*, uint*, PipelineExecutableStatisticKHR*, Result>)
            Function(device, "vkGetPipelineExecutableStatisticsKHR");
        uint count = 0;
        getStatistics(device.Handle, &executable, &count, null).Check("vkGetPipelineExecutableStatisticsKHR");
        var statistics = new PipelineExecutableStatisticKHR[count];
        Array.Fill(statistics, new() { SType = StructureType.PipelineExecutableStatisticKhr });
        fixed (PipelineExecutableStatisticKHR* first = statistics)
            getStatistics(device.Handle, &executable, &count, first).Check("vkGetPipelineExecutableStatisticsKHR");

        var getTexts = (delegate* unmanaged<
            Device, PipelineExecutableInfoKHR*, uint*, PipelineExecutableInternalRepresentationKHR*, Result>)
            Function(device, "vkGetPipelineExecutableInternalRepresentationsKHR");
        getTexts(device.Handle, &executable, &count, null).Check("vkGetPipelineExecutableInternalRepresentationsKHR");
        var texts = new PipelineExecutableInternalRepresentationKHR[count];
        Array.Fill(texts, new() { SType = StructureType.PipelineExecutableInternalRepresentationKhr });
        fixed (PipelineExecutableInternalRepresentationKHR* first = texts)
        {
            // Once for the sizes, once more for the texts.
            getTexts(device.Handle, &executable, &count, first)
                .Check("vkGetPipelineExecutableInternalRepresentationsKHR");
            try
            {
                for (int i = 0; i < count; i++)
                    first[i].PData = NativeMemory.AllocZeroed(first[i].DataSize + 1);
                getTexts(device.Handle, &executable, &count, first)
                    .Check("vkGetPipelineExecutableInternalRepresentationsKHR");
                return new PipelineStatistics(
                    statistics.ToDictionary(entry => Name(ref entry.Name[0]), Value),
                    texts.Where(entry => entry.IsText)
                        .ToDictionary(
                            entry => Name(ref entry.Name[0]),
                            entry => Marshal.PtrToStringUTF8((nint)entry.PData) ?? ""),
                    subgroupSize);
            }
            finally
            {
                for (int i = 0; i < count; i++)
                    NativeMemory.Free(first[i].PData);
            }
        }
    }

    // A compute pipeline is one executable: more would have figures of their own, which nobody asked for.
    private static PipelineExecutablePropertiesKHR Executable(VulkanDevice device, Pipeline pipeline)
    {
        const string Name = "vkGetPipelineExecutablePropertiesKHR";
        var get = (delegate* unmanaged<Device, PipelineInfoKHR*, uint*, PipelineExecutablePropertiesKHR*, Result>)
            Function(device, Name);
        var asked = new PipelineInfoKHR { SType = StructureType.PipelineInfoKhr, Pipeline = pipeline };
        uint count = 0;
        get(device.Handle, &asked, &count, null).Check(Name);
        if (count != 1)
            throw new VulkanException(Name, $"{count} executables, where one was expected");
        var properties = new PipelineExecutablePropertiesKHR { SType = StructureType.PipelineExecutablePropertiesKhr };
        get(device.Handle, &asked, &count, &properties).Check(Name);
        return properties;
    }

    private static double Value(PipelineExecutableStatisticKHR statistic) => statistic.Format switch
    {
        PipelineExecutableStatisticFormatKHR.Bool32Khr => statistic.Value.B32 ? 1 : 0,
        PipelineExecutableStatisticFormatKHR.Int64Khr => statistic.Value.I64,
        PipelineExecutableStatisticFormatKHR.Uint64Khr => statistic.Value.U64,
        _ => statistic.Value.F64,
    };

    private static string Name(ref byte first) => Marshal.PtrToStringUTF8((nint)Unsafe.AsPointer(ref first)) ?? "";

    private static void* Function(VulkanDevice device, string name)
    {
        PfnVoidFunction function = device.Api.GetDeviceProcAddr(device.Handle, name);
        return function.Handle;
    }
}
