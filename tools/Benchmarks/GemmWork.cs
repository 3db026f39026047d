using SoftPool.Kernels;
using SoftPool.Operators.Convolutions.Gpu;

namespace SoftPool.Benchmarks;

/// <summary>What a launch of conv2d_gemm.glsl's and conv2d_matrix.glsl's kernels does, counted with the parts of tiles
/// that lie beyond the shape.</summary>
/// <param name="Tile">What a workgroup computes.</param>
/// <param name="Products">Multiply-adds.</param>
/// <param name="Steps">Steps that a workgroup stages, one after the other.</param>
/// <param name="LoadedBytes">What all workgroups load.</param>
internal sealed record GemmWork(GemmTile Tile, double Products, double Steps, double LoadedBytes)
{
    /// <summary>Whether matrix units compute the products.</summary>
    public bool OnMatrixUnits => Tile.OnMatrixUnits;

    /// <summary>Null for another kernel's launch.</summary>
    public static GemmWork? Of(KernelLaunch launch)
    {
        if (GemmTile.All.FirstOrDefault(tile =>
                launch.Id.Shader == tile.Kernel || launch.Id.Shader == tile.Kernel + KernelLaunch.Adds) is not { } tile)
            return null;
        long cells = Of("KERNEL_HEIGHT") * Of("KERNEL_WIDTH") * (Of("CHANNELS") / Of("GROUPS"));
        double steps = Math.Ceiling(Math.Ceiling(cells / (double)tile.Depth) / Of("PARTS"));
        double groups = (double)launch.Groups.X * launch.Groups.Y * launch.Groups.Z;
        double bytesOfNumber = launch.Operands[0].IsHalf ? 2 : 4;
        return new(
            tile, groups * steps * tile.Depth * tile.Size * tile.Size, steps,
            groups * steps * tile.Depth * 2 * tile.Size * bytesOfNumber);

        long Of(string name) => launch.Constants.First(constant => constant.Name == name).Value;
    }

    /// <summary>What a workgroup's invocations load from shared memory; nothing for matrix units, whose rate is what
    /// is reached.</summary>
    /// <param name="subgroup">The lanes of a subgroup.</param>
    /// <param name="once">Whether a word that several of them load counts once.</param>
    public double SharedBytes(double subgroup, bool once)
    {
        if (OnMatrixUnits)
            return 0;
        // As in conv2d_gemm128.comp and its like.
        (int channels, int pixels) = Tile.Size switch { 128 => (8, 8), 64 => (8, 4), _ => (4, 4) };
        double invocations = (double)Tile.Size * Tile.Size / (channels * pixels), across = Tile.Size / pixels;
        subgroup = Math.Min(subgroup, invocations);
        double numbers = once
            ? Math.Ceiling(invocations / subgroup)
                * (Math.Min(subgroup, across) * pixels + Math.Max(1, subgroup / across) * channels)
            : invocations * (channels + pixels);
        return Steps * Tile.Depth * numbers * sizeof(float);
    }
}
