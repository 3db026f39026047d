using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>The base of the padding operators that repeat elements of the input: (C, H, W) to (C, H + Top + Bottom, W +
/// Left + Right).</summary>
/// <param name="Left">The columns added on the left, 0 to 4096.</param>
/// <param name="Right">The columns added on the right, 0 to 4096.</param>
/// <param name="Top">The rows added at the top, 0 to 4096.</param>
/// <param name="Bottom">The rows added at the bottom, 0 to 4096.</param>
public abstract record BorderPad2d(int Left, int Right, int Top, int Bottom) : Pad2d(Left, Right, Top, Bottom)
{
    /// <summary>Which element of an axis stands at a place before its first or behind its last.</summary>
    private protected abstract int PlaceOf(int place, int extent);

    internal override void Compute<T>(ReferenceStep step) => TapSums.Compute<T>(
        Axis(step.InputShape[1], step.OutputShape[1], Top), Axis(step.InputShape[2], step.OutputShape[2], Left), step);

    internal override void Lower(LoweringStep step) => TapSums.Lower(
        Axis(step.InputShape[1], step.OutputShape[1], Top), Axis(step.InputShape[2], step.OutputShape[2], Left), step);

    private TapAxis Axis(int extent, int outputs, int before) => TapAxis.OfOne(
        outputs,
        place => place >= before && place < before + extent ? place - before : PlaceOf(place - before, extent));
}

/// <summary>Pads with the reflection of the input at its edges, as torch.nn.ReflectionPad2d. The edge itself is not
/// repeated.</summary>
/// <param name="Left">The columns added on the left, 0 to 4096 and fewer than the input's width.</param>
/// <param name="Right">The columns added on the right, 0 to 4096 and fewer than the input's width.</param>
/// <param name="Top">The rows added at the top, 0 to 4096 and fewer than the input's height.</param>
/// <param name="Bottom">The rows added at the bottom, 0 to 4096 and fewer than the input's height.</param>
public sealed record ReflectionPad2d(int Left, int Right, int Top, int Bottom) : BorderPad2d(Left, Right, Top, Bottom)
{
    private protected override int Reach(int extent) => extent - 1;

    private protected override int PlaceOf(int place, int extent) => place < 0 ? -place : 2 * (extent - 1) - place;
}

/// <summary>Pads with copies of the input's edge, as torch.nn.ReplicationPad2d.</summary>
/// <param name="Left">The columns added on the left, 0 to 4096.</param>
/// <param name="Right">The columns added on the right, 0 to 4096.</param>
/// <param name="Top">The rows added at the top, 0 to 4096.</param>
/// <param name="Bottom">The rows added at the bottom, 0 to 4096.</param>
public sealed record ReplicationPad2d(int Left, int Right, int Top, int Bottom) : BorderPad2d(Left, Right, Top, Bottom)
{
    private protected override int PlaceOf(int place, int extent) => place < 0 ? 0 : extent - 1;
}
