using SoftPool.Operators;

namespace SoftPool.Reference;

/// <summary>y = the largest x of the window's real cells; NaN if one of them is.</summary>
internal static class MaxPool2dReference
{
    public static void Compute(MaxPool2d op, ReferenceStep step)
    {
        (int height, int width) = (step.InputShape[1], step.InputShape[2]);
        int index = 0;
        for (int c = 0; c < step.OutputShape[0]; c++)
            for (int i = 0; i < step.OutputShape[1]; i++)
                for (int j = 0; j < step.OutputShape[2]; j++)
                {
                    var window = PoolWindow.At(i, j, step.InputShape, op.KernelSize, op.Stride, op.Padding);
                    float largest = float.NegativeInfinity;
                    for (int y = window.Top; y < window.Bottom; y++)
                        for (int x = window.Left; x < window.Right; x++)
                            largest = MathF.Max(largest, step.Input[(c * height + y) * width + x]);
                    step.Output[index++] = largest;
                }
    }
}
