using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>
/// The exponentially weighted mean of each window: y = sum_i w_i x_i, with softmax weights w. Finite for every finite
/// input: exponentials are taken of differences to the window's largest value. Padding takes no part.
/// </summary>
/// <param name="Weights">Whether each channel has its own weights or all share one.</param>
public abstract record SoftPooling(SoftPoolWeighting Weights) : Pooling
{
    // How many channels share a load of the weights on a processor, which has few lanes and does not hide the time that a load takes.
    private const int ChannelsAtOnce = 8;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => base.Attributes
        + (Weights == SoftPoolWeighting.PerChannel ? ", weights per channel" : ", weights shared across channels");

    private protected override TensorShape Infer(TensorShape input) => Enum.IsDefined(Weights)
        ? base.Infer(input)
        : throw new ShapeMismatchException($"{GetType().Name} takes weights per channel or shared; got {Weights}.");

    internal override void Compute<T>(ReferenceStep step) => SoftPoolReference.Compute<T>(this, step);

    internal override void Lower(LoweringStep step)
    {
        Slices slices = SlicesOn(step.InputShape);
        if (Weights == SoftPoolWeighting.PerChannel && slices.Count == 1)
            DispatchTiles(step, "softpool", passes: 2);
        else if (Weights == SoftPoolWeighting.PerChannel)
        {
            Operand parts = Parts(step, slices);
            DispatchSlices(step, "softpool_slices", Shape(step, slices), slices, passes: 2, parts);
            DispatchOfSlices(step, "softpool_of_slices", slices, passes: 2, parts);
        }
        else if (slices.Count == 1)
            LowerShared(step, ExponentialSums.OfCells(step));
        else
            LowerSharedBySlices(step, ExponentialSums.OfCells(step), slices);
    }

    /// <summary>The sum of exponentials of each window by slices, then the weighted means by slices.</summary>
    private void LowerSharedBySlices(LoweringStep step, Operand sums, Slices slices)
    {
        int places = step.OutputShape.Plane();
        Operand ofSlices = ExponentialSums.Pairs(step, places, slices.Count), parts = Parts(step, slices);
        step.Dispatch(
            "softpool_shared_slices", Shape(step, slices), GroupCount.Linear((long)step.Batch * slices.Count * places), texels: 0,
            2 * Turns.Of(slices.Length), sums, ofSlices);
        Operand ofWindows = ExponentialSums.OfSlices(step, ofSlices, places, slices.Count);
        DispatchSlices(step, "softpool_shared_means", Shape(step, slices), slices, passes: 1, parts, sums, ofWindows);
        DispatchOfSlices(step, "softpool_shared_of_slices", slices, passes: 1, parts);
    }

    /// <summary>Three numbers of each slice.</summary>
    private static Activation Parts(LoweringStep step, Slices slices) => new(3 * slices.Count * step.Output.Count);

    private void DispatchOfSlices(LoweringStep step, string kernel, Slices slices, int passes, Operand parts) =>
        step.Dispatch(
            kernel, Shape(step, slices), GroupCount.Linear(step.Output.Count), texels: 0, passes * Turns.Of(slices.Count),
            parts, step.Output);

    /// <summary>The pooling with the sums of exponentials of each cell, by tiles with the weights of the windows computed before.</summary>
    private void LowerShared(LoweringStep step, Operand sums)
    {
        Operand weights = new Activation(step.Batch * Tiles(step) * CellsOfTile);
        if (TileForm(step, "softpool_shared_tile", weights.Count) is not { } ofTexels || step.IsRejected("softpool_shared_weights"))
        {
            step.Dispatch(
                "softpool_shared", Shape(step), GroupCount.Linear(step.Output.Count), texels: 0, 3 * WindowTurns(step),
                step.Input, step.Output, sums);
            return;
        }
        int channels = step.InputShape[0];
        bool texels = step.TakesTexels("softpool_shared_weights", sums.Count);
        step.Dispatch(
            "softpool_shared_weights", Shape(step),
            GroupCount.Linear((long)step.Batch * step.OutputShape.Plane()), texels ? 1u : 0, sums, weights);
        int atOnce = step.Options.Device.LargestTexels > 0 ? ChannelsAtOnce : 1;
        step.Dispatch(
            "softpool_shared_tile", [.. Shape(step), ("CHANNELS_AT_ONCE", atOnce)], GroupCount.Linear(step.Batch * Division.RoundUp(channels, atOnce) * Tiles(step)),
            ofTexels ? 0b101u : 0, Turns.Of(atOnce), step.Input, step.Output, weights);
    }
}

/// <summary>SoftPool over (C, L).</summary>
/// <param name="KernelSize">Length of the window in cells.</param>
/// <param name="Stride">The step from window to window in cells.</param>
/// <param name="Padding">Cells added on each side, at most half the kernel.</param>
/// <param name="CeilMode">Whether a last window may reach beyond the padded input.</param>
/// <param name="Weights">Whether each channel has its own weights or all share one.</param>
public sealed record SoftPool1d(int KernelSize, int Stride, int Padding, bool CeilMode, SoftPoolWeighting Weights)
    : SoftPooling(Weights)
{
    private protected override (int Axes, Window Window)? Sliding => (1, Window.Of(KernelSize, Stride, Padding, CeilMode));
}

/// <summary>SoftPool over (C, H, W).</summary>
/// <param name="KernelSize">Height and width of the window in pixels.</param>
/// <param name="Stride">The step from window to window in pixels.</param>
/// <param name="Padding">Cells added on each side in pixels, at most half the kernel.</param>
/// <param name="CeilMode">Whether a last window may reach beyond the padded input.</param>
/// <param name="Weights">Whether each channel has its own weights or all share one.</param>
public sealed record SoftPool2d(
    Size2d KernelSize, Size2d Stride, Size2d Padding, bool CeilMode, SoftPoolWeighting Weights) : SoftPooling(Weights)
{
    private protected override (int Axes, Window Window)? Sliding => (2, Window.Of(KernelSize, Stride, Padding, CeilMode));
}

/// <summary>SoftPool over (C, D, H, W).</summary>
/// <param name="KernelSize">Depth, height and width of the window in cells.</param>
/// <param name="Stride">The step from window to window in cells.</param>
/// <param name="Padding">Cells added on each side, at most half the kernel.</param>
/// <param name="CeilMode">Whether a last window may reach beyond the padded input.</param>
/// <param name="Weights">Whether each channel has its own weights or all share one.</param>
public sealed record SoftPool3d(
    Size3d KernelSize, Size3d Stride, Size3d Padding, bool CeilMode, SoftPoolWeighting Weights) : SoftPooling(Weights)
{
    private protected override (int Axes, Window Window)? Sliding => (3, Window.Of(KernelSize, Stride, Padding, CeilMode));
}

/// <summary>SoftPool of each whole map, (C, ...) to (C, 1, ...).</summary>
/// <param name="Weights">Whether each channel has its own weights or all share one.</param>
public sealed record GlobalSoftPool(SoftPoolWeighting Weights) : SoftPooling(Weights)
{
    private protected override (int Axes, Window Window)? Sliding => null;
}
