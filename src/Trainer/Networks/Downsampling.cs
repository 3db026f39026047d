using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>What a network pools with between its stages: its own max or average pooling, or SoftPool in its
/// place.</summary>
/// <param name="Weights">SoftPool's weights; null for the network's own pooling.</param>
internal readonly record struct Downsampling(SoftPoolWeighting? Weights)
{
    /// <summary>In place of max pooling.</summary>
    public Operator Max(Size2d kernel, Size2d stride, Size2d padding = default, bool ceilMode = false) =>
        Weights is { } weights
        ? new Operators.SoftPool2d(kernel, stride, padding, ceilMode, weights)
        : new MaxPool2d(kernel, stride, padding, ceilMode);

    /// <summary>In place of average pooling.</summary>
    public Operator Avg(Size2d kernel, Size2d stride) => Weights is { } weights
        ? new Operators.SoftPool2d(kernel, stride, 0, CeilMode: false, weights)
        : new AvgPool2d(kernel, stride, 0, CeilMode: false);
}
