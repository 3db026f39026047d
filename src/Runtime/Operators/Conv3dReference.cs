using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y[o, h, i, j] = bias[o] + sum over t, u, v, c of weight[o, c, t, u, v] x[c, h s + t d - p, i s + u d - p,
/// j s + v d - p], c running over the channels of o's group: one running sum, in this order.</summary>
internal static class Conv3dReference
{
    public static void Compute<T>(Conv3d op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        Size3d map = Window.Extents(step.InputShape), places = Window.Extents(step.OutputShape);
        (Size3d kernel, Size3d stride, Size3d padding, Size3d dilation) =
            (op.KernelSize, op.Stride, op.Padding, op.Dilation);
        ReadOnlySpan<float> input = step.Input, weight = step.Parameter("weight");
        ReadOnlySpan<float> bias = op.Bias ? step.Parameter("bias") : default;
        int channels = op.InChannels / op.Groups, taps = kernel.Depth * kernel.Height * kernel.Width;
        int volume = map.Depth * map.Height * map.Width;
        for (int element = 0; element < step.Output.Length; element++)
        {
            if (!step.Wants(element))
                continue;
            int j = element % places.Width, i = element / places.Width % places.Height;
            int h = element / places.Width / places.Height % places.Depth;
            int o = element / places.Width / places.Height / places.Depth;
            int first = o / (op.OutChannels / op.Groups) * channels;
            T sum = T.Of(op.Bias ? bias[o] : 0f);
            for (int tap = 0; tap < taps; tap++)
            {
                int z = h * stride.Depth + tap / (kernel.Width * kernel.Height) * dilation.Depth - padding.Depth;
                int y = i * stride.Height + tap / kernel.Width % kernel.Height * dilation.Height - padding.Height;
                int x = j * stride.Width + tap % kernel.Width * dilation.Width - padding.Width;
                if (z < 0 || z >= map.Depth || y < 0 || y >= map.Height || x < 0 || x >= map.Width)
                    continue;
                int cell = ((first * map.Depth + z) * map.Height + y) * map.Width + x;
                for (int c = 0; c < channels; c++)
                    sum += T.Of(weight[(o * channels + c) * taps + tap]) * T.Of(input[cell + c * volume]);
            }
            step.Output[element] = sum.Stored;
        }
    }
}
