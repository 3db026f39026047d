using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Operators that exporters write out as Reshape, Transpose, Reshape, found by the last of them.</summary>
internal static class Shuffles
{
    /// <summary>What reshaping a permuted layer to a shape comes to; null where it is none of them.</summary>
    public static (Operator Op, Draft Input)? Find(Draft permuted, TensorShape output)
    {
        if (permuted is not { Operator: Permute permute, Inputs: [{ Operator: Reshape split, Inputs: [var source] }] }
            || split.Shape.Rank < 3)
            return null;
        (int first, int second, int third) = (split.Shape[0], split.Shape[1], split.Shape[2]);
        foreach (Composite op in
            (Composite[])[new ChannelShuffle(first), new PixelShuffle(second), new PixelUnshuffle(third)])
            if (IsOf(op, source.Shape, split, permute, output))
                return (op, source);
        return null;
    }

    private static bool IsOf(Composite op, TensorShape input, Reshape split, Permute permute, TensorShape output)
    {
        try
        {
            if (op.PartsOn(input) is not [Reshape own, Permute order, Reshape end] || end.Shape != output)
                return false;
            // What they move and how far: the axes that stay may be written as several.
            PermutedAxes wanted = PermutedAxes.Of(own.Shape, order.Dims),
                got = PermutedAxes.Of(split.Shape, permute.Dims);
            return wanted.Extents.SequenceEqual(got.Extents) && wanted.Strides.SequenceEqual(got.Strides);
        }
        catch (ShapeMismatchException)
        {
            return false;
        }
    }
}
