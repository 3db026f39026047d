namespace SoftPool.Reference;

/// <summary>The real cells under one pooling window: rows [Top, Bottom), columns [Left, Right). Padding is left
/// out.</summary>
internal readonly record struct PoolWindow(int Top, int Bottom, int Left, int Right)
{
    public static PoolWindow At(int i, int j, TensorShape input, Size2d kernel, Size2d stride, Size2d padding)
    {
        int top = i * stride.Height - padding.Height, left = j * stride.Width - padding.Width;
        return new PoolWindow(
            Math.Max(top, 0), Math.Min(top + kernel.Height, input[1]),
            Math.Max(left, 0), Math.Min(left + kernel.Width, input[2]));
    }
}
