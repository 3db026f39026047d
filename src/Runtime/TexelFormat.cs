namespace SoftPool;

/// <summary>The formats of images that outputs become.</summary>
/// <param name="Components">The components of a texel: one, or red, green, blue and alpha.</param>
/// <param name="Bits">The bits of a component: 8 are a byte, 16 and 32 a float.</param>
/// <param name="IsBlueFirst">Whether blue comes before green and red.</param>
internal readonly record struct TexelFormat(int Components, int Bits, bool IsBlueFirst = false)
{
    /// <summary>The names of all of them, as Vulkan has them.</summary>
    public const string Names =
        "R8_UNORM, R16_SFLOAT, R32_SFLOAT, R8G8B8A8_UNORM or _SRGB, B8G8R8A8_UNORM or _SRGB, R16G16B16A16_SFLOAT or "
        + "R32G32B32A32_SFLOAT";

    /// <summary>The bytes of a texel.</summary>
    public int Bytes => Components * Bits / 8;

    /// <summary>The format that has a VkFormat; null for another one.</summary>
    public static TexelFormat? Of(uint vulkan) => vulkan switch
    {
        9 => new TexelFormat(1, 8),
        37 or 43 => new TexelFormat(4, 8),
        44 or 50 => new TexelFormat(4, 8, IsBlueFirst: true),
        76 => new TexelFormat(1, 16),
        97 => new TexelFormat(4, 16),
        100 => new TexelFormat(1, 32),
        109 => new TexelFormat(4, 32),
        _ => null,
    };

    /// <summary>Whether an output of so many channels becomes such texels.</summary>
    public bool Takes(int channels) => Components == 1 ? channels == 1 : channels is 3 or 4;
}
