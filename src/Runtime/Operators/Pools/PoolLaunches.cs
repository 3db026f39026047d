using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators.Pools;

/// <summary>What the launches of pooling kernels have in common.</summary>
internal static class PoolLaunches
{
    /// <summary>Adds the launch of a kernel with one invocation for each output element: the constants of pool.glsl,
    /// and the kernel's own.</summary>
    /// <param name="step">Where.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="pooling">The operator.</param>
    /// <param name="passes">How many times the kernel goes through the cells of a window.</param>
    public static void DispatchWindows(this LoweringStep step, string kernel, Pooling pooling, int passes)
    {
        bool texels = step.TakesTexels(kernel, step.Input.Count);
        step.Dispatch(
            kernel, [.. step.Shape(pooling), .. pooling.OwnConstants], GroupCount.Linear(step.Output.Count), texels ? 1u : 0,
            passes * step.WindowIterations(pooling), step.Input, step.Output);
    }

    /// <summary>Adds the launch of a kernel with one invocation for each slice of each output element's
    /// window.</summary>
    /// <param name="step">Where.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="pooling">The operator.</param>
    /// <param name="slices">The slices.</param>
    /// <param name="passes">How many times the kernel goes through the cells of a slice.</param>
    /// <param name="parts">What it writes of each slice.</param>
    /// <param name="others">What it reads beside the input.</param>
    public static void DispatchSlices(
        this LoweringStep step, string kernel, Pooling pooling, Slices slices, int passes, Operand parts,
        params ReadOnlySpan<Operand> others)
    {
        bool texels = step.TakesTexels(kernel, step.Input.Count);
        step.Dispatch(
            kernel, step.Shape(pooling, slices), GroupCount.Linear(slices.Count * step.Output.Count), texels ? 1u : 0,
            passes * LoopIterations.Of(slices.Length), [step.Input, parts, .. others]);
    }

    /// <summary>Adds the launch of a kernel that makes outputs of what another wrote of the slices.</summary>
    public static void DispatchOfSlices(
        this LoweringStep step, string kernel, Pooling pooling, Slices slices, int passes, Operand parts) =>
        step.Dispatch(
            kernel, [.. step.Shape(pooling, slices), .. pooling.OwnConstants], GroupCount.Linear(step.Output.Count), texels: 0,
            passes * LoopIterations.Of(slices.Count), parts, step.Output);

    /// <summary>The loop iterations that it takes to go through the cells of a window that lie on the map.</summary>
    public static long WindowIterations(this LoweringStep step, Pooling pooling) =>
        WindowIterations(pooling.WindowOn(step.InputShape).Kernel, Window.Extents(step.InputShape));

    /// <inheritdoc cref="WindowIterations(LoweringStep, Pooling)"/>
    public static long WindowIterations(Size3d kernel, Size3d map) =>
        LoopIterations.Of(
            Math.Min(kernel.Depth, map.Depth), Math.Min(kernel.Height, map.Height), Math.Min(kernel.Width, map.Width));

    /// <summary>The constants of pool.glsl.</summary>
    public static SpecializationConstant[] Shape(this LoweringStep step, Pooling pooling) =>
        step.Shape(pooling.WindowOn(step.InputShape), Window.Extents(step.InputShape), Window.Extents(step.OutputShape));

    /// <summary>The constants of pool_slice.glsl.</summary>
    public static SpecializationConstant[] Shape(this LoweringStep step, Pooling pooling, Slices slices) =>
        [.. step.Shape(pooling), ("LENGTH", slices.Length), ("SLICES", slices.Count)];

    /// <summary>The constants of pool.glsl for a window on a map that gives so many places.</summary>
    public static SpecializationConstant[] Shape(this LoweringStep step, Window window, Size3d map, Size3d places)
    {
        return
        [
            ("BATCH", step.Batch), ("CHANNELS", step.InputShape[0]), .. Named("", map), .. Named("OUT_", places),
            .. Named("KERNEL_", window.Kernel), .. Named("STRIDE_", window.Stride), .. Named("PADDING_", window.Padding),
        ];

        static SpecializationConstant[] Named(string prefix, Size3d size) =>
            [($"{prefix}DEPTH", size.Depth), ($"{prefix}HEIGHT", size.Height), ($"{prefix}WIDTH", size.Width)];
    }
}
