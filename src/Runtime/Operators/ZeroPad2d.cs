using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>Pads with zeros, as torch.nn.ZeroPad2d: (C, H, W) to (C, H + Top + Bottom, W + Left + Right). For padding
/// that differs from side to side, which a convolution or a pooling operator cannot have itself.</summary>
/// <param name="Left">The columns added on the left, 0 to 4096.</param>
/// <param name="Right">The columns added on the right, 0 to 4096.</param>
/// <param name="Top">The rows added at the top, 0 to 4096.</param>
/// <param name="Bottom">The rows added at the bottom, 0 to 4096.</param>
public sealed record ZeroPad2d(int Left, int Right, int Top, int Bottom) : Pad2d(Left, Right, Top, Bottom)
{
    internal override void Compute<T>(ReferenceStep step)
    {
        step.Output.Clear();
        (int height, int width) = (step.InputShape[1], step.InputShape[2]);
        for (int row = 0; row < step.InputShape[0] * height; row++)
        {
            int to = row / height * step.OutputShape[1] + row % height + Top;
            step.Input.Slice(row * width, width).CopyTo(step.Output[(to * step.OutputShape[2] + Left)..]);
        }
    }

    internal override void Lower(LoweringStep step)
    {
        (TensorShape map, TensorShape padded) = (step.InputShape, step.OutputShape);
        step.Dispatch(
            "zero_pad",
            [
                ("COUNT", step.Batch * padded.ElementCount), ("HEIGHT", map[1]),
                ("WIDTH", map[2]), ("OUT_HEIGHT", padded[1]),
                ("OUT_WIDTH", padded[2]), ("TOP", Top), ("LEFT", Left),
            ],
            GroupCount.Linear((long)step.Batch * padded.ElementCount), step.Input, step.Output);
    }
}
