using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>What pools have in common: each channel by itself, a window that slides over 1 to 3 axes or covers them whole,
/// and PyTorch's shape rule.</summary>
public abstract record Pooling : UnaryOperator
{
    // A tile of tile.glsl.
    private const int TileColumns = 4;
    private const int TileRows = 2;

    /// <summary>The cells of all windows of a tile.</summary>
    private protected const int CellsOfTile = TileRows * TileColumns * 9;

    private protected Pooling()
    {
    }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => Sliding is var (axes, window) ? window.Describe(axes) : "whole map";

    /// <summary>The number of axes and the window that slides over them; null for one that covers the whole map.</summary>
    private protected abstract (int Axes, Window Window)? Sliding { get; }

    /// <summary>Whether the kernel by tiles knows windows that reach beyond the map.</summary>
    private protected virtual bool TilesReachBeyond => true;

    /// <summary>The window on an input.</summary>
    internal Window WindowOn(TensorShape input) => Sliding?.Window ?? Window.Whole(input);

    /// <summary>The slices in which the cells of a window are summed. A window that slides has many places: then in fewer.</summary>
    internal Slices SlicesOn(TensorShape input)
    {
        (Size3d kernel, Size3d map) = (WindowOn(input).Kernel, Window.Extents(input));
        long cells = (long)Math.Min(kernel.Depth, map.Depth) * Math.Min(kernel.Height, map.Height) * Math.Min(kernel.Width, map.Width);
        return Sliding is null ? Slices.Of(cells) : Slices.Of(cells, least: 1024);
    }

    /// <summary>(C, ...) to (C, the places along each axis).</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        string name = GetType().Name;
        if (Sliding is var (axes, window))
            window.CheckPool(name, input, axes);
        else if (input.Rank is < 2 or > 4)
            throw new ShapeMismatchException($"{name} takes (C, L), (C, H, W) or (C, D, H, W); got {input}.");
        return WindowOn(input).OutputShape(input[0], input);
    }

    /// <summary>Adds a launch of a pooling kernel: one invocation an output element, the constants of pool.glsl, and those
    /// of the kernel itself behind them. It goes through the cells of each window so many times.</summary>
    private protected void Dispatch(LoweringStep step, string kernel, int passes, params ReadOnlySpan<SpecializationConstant> own)
    {
        bool texels = step.TakesTexels(kernel, step.Input.Count);
        step.Dispatch(
            kernel, [.. Shape(step), .. own], GroupCount.Linear(step.Output.Count), texels ? 1u : 0,
            passes * WindowTurns(step), step.Input, step.Output);
    }

    /// <summary>Adds a launch of a kernel that goes so many times through one slice of a window, and gives some floats of each.</summary>
    private protected static void DispatchSlices(
        LoweringStep step, string kernel, SpecializationConstant[] shape, Slices slices, int passes, Operand parts, params ReadOnlySpan<Operand> others)
    {
        bool texels = step.TakesTexels(kernel, step.Input.Count);
        step.Dispatch(
            kernel, shape, GroupCount.Linear(slices.Count * step.Output.Count), texels ? 1u : 0,
            passes * Turns.Of(slices.Length), [step.Input, parts, .. others]);
    }

    /// <summary>Adds a launch of a kernel that computes tiles of outputs, as pool_tile.glsl says, or of the general one where
    /// the pooling is not of the kind that the tiles are for.</summary>
    private protected void DispatchTiles(LoweringStep step, string kernel, int passes, params ReadOnlySpan<SpecializationConstant> own)
    {
        if (TileForm(step, $"{kernel}_tile") is not { } texels)
        {
            Dispatch(step, kernel, passes, own);
            return;
        }
        step.Dispatch(
            $"{kernel}_tile", Shape(step), GroupCount.Linear((long)step.Batch * step.InputShape[0] * Tiles(step)), texels ? 1u : 0,
            Turns.Of(CellsOfTile), step.Input, step.Output);
    }

    /// <summary>Which form of a kernel by tiles can be launched: whether the one that reads texels; null where none can.</summary>
    /// <param name="step">Where it is to be launched.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="others">The elements of what it reads beside the input.</param>
    private protected bool? TileForm(LoweringStep step, string kernel, params ReadOnlySpan<long> others)
    {
        Window window = WindowOn(step.InputShape);
        Size3d map = Window.Extents(step.InputShape), places = Window.Extents(step.OutputShape);
        bool fits = window is { Kernel: { Depth: 1, Height: 3, Width: 3 }, Stride: { Height: 2, Width: 2 } }
            && map.Depth == 1 && step.Input.Count % 4 == 0
            && Fits(map.Height, places.Height, window.Padding.Height) && Fits(map.Width, places.Width, window.Padding.Width);
        // Strict numerics has one order of sums.
        if (!fits || step.Options.IsStrict)
            return null;
        if (step.TakesTexels(kernel, [step.Input.Count, .. others]))
            return true;
        return step.IsRejected(kernel) ? null : false;

        // The middle of the last window lies on the map, or all of it.
        bool Fits(int extent, int windows, int padding) => TilesReachBeyond
            ? 2 * (windows - 1) + 1 - padding < extent
            : padding == 0 && 2 * (windows - 1) + 2 < extent;
    }

    /// <summary>The turns that it takes to go through the real cells of a window.</summary>
    private protected long WindowTurns(LoweringStep step) =>
        WindowTurns(WindowOn(step.InputShape).Kernel, Window.Extents(step.InputShape));

    private protected static long WindowTurns(Size3d kernel, Size3d map) =>
        Turns.Of(
            Math.Min(kernel.Depth, map.Depth), Math.Min(kernel.Height, map.Height), Math.Min(kernel.Width, map.Width));

    /// <summary>The tiles of one map.</summary>
    private protected static long Tiles(LoweringStep step)
    {
        Size3d places = Window.Extents(step.OutputShape);
        return (long)Division.RoundUp(places.Height, TileRows) * Division.RoundUp(places.Width, TileColumns);
    }

    /// <summary>The constants of pool.glsl.</summary>
    private protected SpecializationConstant[] Shape(LoweringStep step) =>
        Shape(step, WindowOn(step.InputShape), Window.Extents(step.InputShape), Window.Extents(step.OutputShape));

    /// <summary>The constants of pool_slice.glsl.</summary>
    private protected SpecializationConstant[] Shape(LoweringStep step, Slices slices) =>
        [.. Shape(step), ("LENGTH", slices.Length), ("SLICES", slices.Count)];

    /// <summary>The constants of pool.glsl for a window on a map that gives so many places.</summary>
    private protected static SpecializationConstant[] Shape(LoweringStep step, Window window, Size3d map, Size3d places)
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
