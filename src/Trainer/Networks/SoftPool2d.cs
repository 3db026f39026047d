using System.Diagnostics.CodeAnalysis;
using SoftPool.Operators;
using TorchSharp;

namespace SoftPool.Trainer.Networks;

/// <summary>
/// SoftPool as a TorchSharp module: each window becomes its exponentially weighted mean, y = sum_i w_i x_i with softmax
/// weights w (Stergiou, Poppe, Kalliatakis: Refining activation downsampling with SoftPool, ICCV 2021). It has no
/// parameters. See <see cref="SoftPoolFunctional.soft_pool2d"/> for shapes, errors and numerics.
/// </summary>
/// <param name="kernelSize">Height and width of the window in pixels.</param>
/// <param name="stride">The step from window to window in pixels; the window's size unless given.</param>
/// <param name="padding">Cells added on each side in pixels, at most half the window. They take no part.</param>
/// <param name="ceilMode">Whether a last window may reach beyond the padded input, as in PyTorch.</param>
/// <param name="weights">Whether each channel has weights of its own (the paper) or all share one.</param>
public sealed class SoftPool2d(
    Size2d kernelSize, Size2d? stride = null, Size2d padding = default, bool ceilMode = false,
    SoftPoolWeights weights = SoftPoolWeights.PerChannel)
    : torch.nn.Module<torch.Tensor, torch.Tensor>(nameof(SoftPool2d))
{
    /// <summary>Pools (N, C, H, W) or (C, H, W).</summary>
    public override torch.Tensor forward(torch.Tensor input) =>
        SoftPoolFunctional.soft_pool2d(input, kernelSize, stride, padding, ceilMode, weights);
}

/// <summary>SoftPool as a function, named and called as torch.nn.functional's.</summary>
public static class SoftPoolFunctional
{
    /// <summary>
    /// The exponentially weighted mean of each window. Finite for every finite input; NaN in a window gives NaN. The
    /// gradient is the true one: per channel dy/dx_i = w_i (1 + x_i - y). Nothing waits for the device. Float and double
    /// are computed as they are, half and bfloat16 in float. A gradient of the gradient is not available.
    /// </summary>
    /// <param name="input">(N, C, H, W) or (C, H, W), of a floating-point type.</param>
    /// <param name="kernel_size">Height and width of the window in pixels.</param>
    /// <param name="stride">The step from window to window in pixels; the window's size unless given.</param>
    /// <param name="padding">Cells added on each side in pixels, at most half the window. They take no part: neither as
    /// zeros nor in any other way.</param>
    /// <param name="ceil_mode">Whether a last window may reach beyond the padded input, as in PyTorch.</param>
    /// <param name="weights">Whether each channel has weights of its own (the paper) or all share one.</param>
    /// <returns>(N, C, oH, oW) or (C, oH, oW) by PyTorch's rule for pooling.</returns>
    /// <exception cref="ShapeMismatchException">The input has another rank, or the window does not fit on it.</exception>
    /// <exception cref="ArgumentException">The input is not of a floating-point type.</exception>
    [SuppressMessage("Naming", "CA1707", Justification = "Named as its siblings in torch.nn.functional.")]
    public static torch.Tensor soft_pool2d(
        torch.Tensor input, Size2d kernel_size, Size2d? stride = null, Size2d padding = default, bool ceil_mode = false,
        SoftPoolWeights weights = SoftPoolWeights.PerChannel)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!input.is_floating_point())
            throw new ArgumentException($"soft_pool2d takes floating-point tensors; got {input.dtype}.", nameof(input));
        var op = new Operators.SoftPool2d(kernel_size, stride ?? kernel_size, padding, ceil_mode, weights);
        switch (input.dim())
        {
            case 3:
                return Pool(input.unsqueeze(0), op).squeeze(0);
            case 4:
                return Pool(input, op);
            default:
                throw new ShapeMismatchException(
                    $"soft_pool2d takes (N, C, H, W) or (C, H, W); got {string.Join('x', input.shape)}.");
        }
    }

    private static torch.Tensor Pool(torch.Tensor input, Operators.SoftPool2d op)
    {
        // Sums of short floats lose too much.
        if (input.dtype is torch.ScalarType.Float16 or torch.ScalarType.BFloat16)
            return Pool(input.to(torch.float32), op).to(input.dtype);
        var windows = new WindowCells(op, input);
        return op.Weights == SoftPoolWeights.PerChannel
            ? PerChannelSoftPool.apply(input, windows)
            : SharedSoftPool.apply(input, windows);
    }
}
