using SoftPool.Kernels;
using SoftPool.Operators.Convolutions.Gpu;

namespace SoftPool.Benchmarks;

/// <summary>What a launch of conv2d_gemm.glsl's and conv2d_matrix.glsl's kernels does, counted with the parts of tiles
/// that lie beyond the shape.</summary>
/// <param name="Products">Multiply-adds.</param>
/// <param name="Steps">Steps that a workgroup stages, one after the other.</param>
/// <param name="LoadedBytes">What all workgroups load.</param>
/// <param name="OnMatrixUnits">Whether matrix units compute the products.</param>
internal sealed record GemmWork(double Products, double Steps, double LoadedBytes, bool OnMatrixUnits)
{
    /// <summary>Null for another kernel's launch.</summary>
    public static GemmWork? Of(KernelLaunch launch)
    {
        if (GemmTile.All.FirstOrDefault(tile =>
                launch.Id.Shader == tile.Kernel || launch.Id.Shader == tile.Kernel + Gemm.Adds) is not { } tile)
            return null;
        long cells = Of("KERNEL_HEIGHT") * Of("KERNEL_WIDTH") * (Of("CHANNELS") / Of("GROUPS"));
        double steps = Math.Ceiling(Math.Ceiling(cells / (double)tile.Depth) / Of("PARTS"));
        double groups = (double)launch.Groups.X * launch.Groups.Y * launch.Groups.Z;
        double bytesOfNumber = launch.Operands[0].IsHalf ? 2 : 4;
        return new(
            groups * steps * tile.Depth * tile.Size * tile.Size, steps,
            groups * steps * tile.Depth * 2 * tile.Size * bytesOfNumber, tile.OnMatrixUnits);

        long Of(string name) => launch.Constants.First(constant => constant.Name == name).Value;
    }
}
