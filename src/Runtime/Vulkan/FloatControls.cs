using System.Runtime.InteropServices;
using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>What kernels ask a driver to do with floats (SPV_KHR_float_controls), as far as it offers that. Without it
/// Vulkan lets a driver take NaN and infinity for impossible, round 16-bit floats toward zero, and flush those below
/// the normal ones. Nobody asks for 32-bit floats below the normal ones: no tolerance sees them, and AMD's GPUs of the
/// generations GCN multiply and add in one instruction only where they are flushed.</summary>
/// <param name="KeepsSpecials">NaN, infinity and the sign of 0 are kept in 32 bits.</param>
/// <param name="RoundsHalves">What is stored in 16 bits is rounded to the nearest.</param>
/// <param name="KeepsSmallHalves">Numbers below the normal ones are kept in 16 bits.</param>
internal sealed unsafe record FloatControls(bool KeepsSpecials, bool RoundsHalves, bool KeepsSmallHalves)
{
    // Of the SPIR-V specification, section 3.
    private const int HeaderWords = 5;
    private const uint OpExtension = 10, OpEntryPoint = 15, OpExecutionMode = 16, OpCapability = 17;
    private const uint DenormPreserve = 4464, SignedZeroInfNanPreserve = 4466, RoundingModeRte = 4467;
    // An execution mode is its capability's number less this.
    private const uint ModeOfCapability = 5;

    /// <summary>Nothing is asked.</summary>
    public static FloatControls None { get; } = new(false, false, false);

    /// <summary>What a driver offers.</summary>
    public static FloatControls Of(VulkanPhysicalDevice physical)
    {
        if (!physical.Extensions.Contains(Extensions.FloatControls))
            return None;
        var controls = new PhysicalDeviceFloatControlsProperties
        {
            SType = StructureType.PhysicalDeviceFloatControlsProperties,
        };
        var properties = new PhysicalDeviceProperties2
        {
            SType = StructureType.PhysicalDeviceProperties2,
            PNext = &controls,
        };
        physical.Instance.Api.GetPhysicalDeviceProperties2(physical.Handle, &properties);
        // Where widths depend on each other, 16 bits alone cannot be asked for.
        return new FloatControls(
            controls.ShaderSignedZeroInfNanPreserveFloat32,
            controls.ShaderRoundingModeRtefloat16
                && controls.RoundingModeIndependence == ShaderFloatControlsIndependence.IndependenceAll,
            controls.ShaderDenormPreserveFloat16
                && controls.DenormBehaviorIndependence == ShaderFloatControlsIndependence.IndependenceAll);
    }

    /// <summary>What of this is not promised, in words.</summary>
    public IEnumerable<string> Missing(bool fp16) =>
    [
        .. KeepsSpecials ? [] : (string[])["NaN, infinity and the sign of zero"],
        .. RoundsHalves || !fp16 ? [] : (string[])["16-bit floats rounded to the nearest"],
        .. KeepsSmallHalves || !fp16 ? [] : (string[])["16-bit floats below 6.1e-5"],
        "32-bit floats below 1.2e-38",
    ];

    /// <summary>A kernel's SPIR-V that asks for it.</summary>
    /// <param name="code">The SPIR-V, for Vulkan 1.1.</param>
    /// <param name="fp16">Whether it stores 16-bit floats.</param>
    public uint[] Declare(uint[] code, bool fp16)
    {
        var asked = new List<(uint Capability, uint Width)>();
        if (KeepsSpecials)
            asked.Add((SignedZeroInfNanPreserve, 32));
        if (RoundsHalves && fp16)
            asked.Add((RoundingModeRte, 16));
        if (KeepsSmallHalves && fp16)
            asked.Add((DenormPreserve, 16));
        if (asked.Count == 0)
            return code;
        int capabilities = HeaderWords, entries = HeaderWords;
        uint entry = 0;
        for (int at = HeaderWords; at < code.Length; at += (int)(code[at] >> 16))
        {
            uint operation = code[at] & 0xFFFF;
            if (operation == OpCapability)
                capabilities = at + (int)(code[at] >> 16);
            if (operation == OpEntryPoint)
                (entry, entries) = (code[at + 2], at + (int)(code[at] >> 16));
        }
        uint[] name = MemoryMarshal.Cast<byte, uint>("SPV_KHR_float_controls\0\0"u8).ToArray();
        return
        [
            .. code[..capabilities],
            .. asked.SelectMany(item => (uint[])[2 << 16 | OpCapability, item.Capability]),
            (uint)(name.Length + 1) << 16 | OpExtension, .. name,
            .. code[capabilities..entries],
            .. asked.SelectMany(item => (uint[])
                [4 << 16 | OpExecutionMode, entry, item.Capability - ModeOfCapability, item.Width]),
            .. code[entries..],
        ];
    }
}
