using System.Text.Json.Serialization;
using SoftPool.Planning;

namespace SoftPool.Operators;

/// <summary>What pools have in common: each channel by itself, a window that slides over 1 to 3 axes or covers them whole,
/// and PyTorch's shape rule.</summary>
public abstract record Pooling : UnaryOperator
{
    // What one invocation of pool_tile.glsl computes.
    private const int TileColumns = 4;
    private const int TileRows = 2;

    private protected Pooling()
    {
    }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => Sliding is var (axes, window) ? window.Describe(axes) : "whole map";

    /// <summary>The number of axes and the window that slides over them; null for one that covers the whole map.</summary>
    private protected abstract (int Axes, Window Window)? Sliding { get; }

    /// <summary>The window on an input.</summary>
    internal Window WindowOn(TensorShape input) => Sliding?.Window ?? Window.Whole(input);

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
    /// of the kernel itself behind them.</summary>
    private protected void Dispatch(LoweringStep step, string kernel, ReadOnlySpan<uint> own, params Operand[] operands) =>
        step.Dispatch(kernel, [.. Shape(step), .. own], GroupCount.Linear(step.Output.Count), operands);

    /// <summary>Adds a launch of a kernel that computes tiles of outputs, as pool_tile.glsl says, or of the general one where
    /// the pooling is not of the kind that the tiles are for.</summary>
    private protected void DispatchTiles(LoweringStep step, string kernel)
    {
        Window window = WindowOn(step.InputShape);
        Size3d map = Window.Extents(step.InputShape), places = Window.Extents(step.OutputShape);
        bool fits = window is { Kernel: { Depth: 1, Height: 3, Width: 3 }, Stride: { Height: 2, Width: 2 } }
            && window.Padding == 0 && map.Depth == 1
            && 2 * places.Height + 1 <= map.Height && 2 * places.Width + 1 <= map.Width && step.Input.Count % 4 == 0;
        bool texels = step.ReadsTexels(step.Input.Count) && !step.IsStruckOff($"{kernel}_tile_texel");
        // Strict numerics has one order of sums.
        if (!fits || step.Options.IsStrict || (!texels && step.IsStruckOff($"{kernel}_tile")))
        {
            Dispatch(step, kernel, [], step.Input, step.Output);
            return;
        }
        long tiles = (long)step.Batch * step.InputShape[0] * Division.RoundUp(places.Height, TileRows)
            * Division.RoundUp(places.Width, TileColumns);
        step.Dispatch(
            texels ? $"{kernel}_tile_texel" : $"{kernel}_tile", Shape(step), GroupCount.Linear(tiles), texels ? 1u : 0,
            step.Input, step.Output);
    }

    /// <summary>The constants of pool.glsl.</summary>
    private uint[] Shape(LoweringStep step)
    {
        Window window = WindowOn(step.InputShape);
        return
        [
            (uint)step.Batch, (uint)step.InputShape[0],
            .. Numbers(Window.Extents(step.InputShape)), .. Numbers(Window.Extents(step.OutputShape)),
            .. Numbers(window.Kernel), .. Numbers(window.Stride), .. Numbers(window.Padding),
        ];

        static uint[] Numbers(Size3d size) => [(uint)size.Depth, (uint)size.Height, (uint)size.Width];
    }
}
