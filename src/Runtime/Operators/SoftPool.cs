using System.Text.Json.Serialization;
using SoftPool.Planning;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>
/// The exponentially weighted mean of each window: y = sum_i w_i x_i, with softmax weights w. Finite for every finite
/// input: exponentials are taken of differences to the window's largest value. Padding takes no part.
/// </summary>
/// <param name="Weights">Whether each channel has its own weights or all share one.</param>
public abstract record SoftPooling(SoftPoolWeights Weights) : Pooling
{
    // Of the windows of tile.glsl.
    private const int WeightsOfTile = 8 * 9;

    // How many channels share a load of the weights on a processor, which has few lanes and does not hide the time that a load takes.
    private const int ChannelsAtOnce = 8;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => base.Attributes
        + (Weights == SoftPoolWeights.PerChannel ? ", weights per channel" : ", weights shared across channels");

    private protected override TensorShape Infer(TensorShape input) => Enum.IsDefined(Weights)
        ? base.Infer(input)
        : throw new ShapeMismatchException($"{GetType().Name} takes weights per channel or shared; got {Weights}.");

    internal override void Compute<T>(ReferenceStep step) => SoftPoolReference.Compute<T>(this, step);

    internal override void Lower(LoweringStep step)
    {
        if (Weights == SoftPoolWeights.PerChannel)
            DispatchTiles(step, "softpool", passes: 2);
        else
            LowerShared(step);
    }

    /// <summary>First the largest value and the sum of exponentials over the channels of each cell; then the pooling, by tiles with the
    /// weights of the windows computed before.</summary>
    private void LowerShared(LoweringStep step)
    {
        int channels = step.InputShape[0], plane = step.InputShape.Plane();
        // In whole texels.
        Operand sums = new Activation(Division.Align(2L * step.Batch * plane, 4));
        bool texels = step.TakesTexels("softpool_shared_sums", step.Input.Count);
        step.Dispatch(
            texels ? "softpool_shared_sums_texel" : "softpool_shared_sums", [(uint)step.Batch, (uint)channels, (uint)plane],
            GroupCount.Linear((long)step.Batch * (texels ? Division.RoundUp(plane, 4) : plane)), texels ? 1u : 0,
            2 * Turns.Of(channels), step.Input, sums);

        Operand weights = new Activation(step.Batch * Tiles(step) * WeightsOfTile);
        if (TileForm(step, "softpool_shared_tile", weights.Count) is not var (kernel, ofTexels) || step.IsStruckOff("softpool_shared_weights"))
        {
            step.Dispatch(
                "softpool_shared", Shape(step), GroupCount.Linear(step.Output.Count), texels: 0, 3 * WindowTurns(step),
                step.Input, step.Output, sums);
            return;
        }
        texels = step.TakesTexels("softpool_shared_weights", sums.Count);
        step.Dispatch(
            texels ? "softpool_shared_weights_texel" : "softpool_shared_weights", Shape(step),
            GroupCount.Linear((long)step.Batch * step.OutputShape.Plane()), texels ? 1u : 0, sums, weights);
        int atOnce = step.Options.Device.LargestTexels > 0 ? ChannelsAtOnce : 1;
        step.Dispatch(
            kernel, [.. Shape(step), (uint)atOnce], GroupCount.Linear(step.Batch * Division.RoundUp(channels, atOnce) * Tiles(step)),
            ofTexels ? 0b101u : 0, step.Input, step.Output, weights);
    }
}

/// <summary>SoftPool over (C, L).</summary>
/// <param name="KernelSize">Length of the window in cells.</param>
/// <param name="Stride">The step from window to window in cells.</param>
/// <param name="Padding">Cells added on each side, at most half the kernel.</param>
/// <param name="CeilMode">Whether a last window may reach beyond the padded input.</param>
/// <param name="Weights">Whether each channel has its own weights or all share one.</param>
public sealed record SoftPool1d(int KernelSize, int Stride, int Padding, bool CeilMode, SoftPoolWeights Weights)
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
    Size2d KernelSize, Size2d Stride, Size2d Padding, bool CeilMode, SoftPoolWeights Weights) : SoftPooling(Weights)
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
    Size3d KernelSize, Size3d Stride, Size3d Padding, bool CeilMode, SoftPoolWeights Weights) : SoftPooling(Weights)
{
    private protected override (int Axes, Window Window)? Sliding => (3, Window.Of(KernelSize, Stride, Padding, CeilMode));
}

/// <summary>SoftPool of each whole map, (C, ...) to (C, 1, ...).</summary>
/// <param name="Weights">Whether each channel has its own weights or all share one.</param>
public sealed record GlobalSoftPool(SoftPoolWeights Weights) : SoftPooling(Weights)
{
    private protected override (int Axes, Window Window)? Sliding => null;
}
