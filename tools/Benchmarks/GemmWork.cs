using System.Globalization;
using SoftPool.Kernels;

namespace SoftPool.Benchmarks;

/// <summary>What a launch of conv2d_gemm.glsl's kernels does, counted with the parts of tiles that lie beyond the
/// shape.</summary>
/// <param name="Products">Multiply-adds.</param>
/// <param name="Steps">Steps that a workgroup stages, one after the other.</param>
/// <param name="LoadedBytes">What all workgroups load.</param>
internal sealed record GemmWork(double Products, double Steps, double LoadedBytes)
{
    private const string Kernel = "conv2d_gemm";
    private const int Depth = 16;

    /// <summary>Null for another kernel's launch.</summary>
    public static GemmWork? Of(KernelLaunch launch)
    {
        if (!launch.Id.Shader.StartsWith(Kernel, StringComparison.Ordinal)
            || !int.TryParse(launch.Id.Shader.AsSpan(Kernel.Length), CultureInfo.InvariantCulture, out int tile))
            return null;
        long cells = Of("KERNEL_HEIGHT") * Of("KERNEL_WIDTH") * (Of("CHANNELS") / Of("GROUPS"));
        double steps = Math.Ceiling(Math.Ceiling(cells / (double)Depth) / Of("PARTS"));
        double groups = (double)launch.Groups.X * launch.Groups.Y * launch.Groups.Z;
        double bytesOfNumber = launch.Operands[0].IsHalf ? 2 : 4;
        return new(
            groups * steps * Depth * tile * tile, steps, groups * steps * Depth * 2 * tile * bytesOfNumber);

        long Of(string name) => launch.Constants.First(constant => constant.Name == name).Value;
    }
}
