using TorchSharp;

namespace SoftPool.Torch.Views;

/// <summary>
/// The gradient as something that has a gradient itself, for create_graph: SoftPool composed of operations that torch
/// can differentiate any number of times, on the same views. It takes memory for each place in the window, which the
/// gradient of the first order does not. What is subtracted before the exponentials is a constant here: no choice of it
/// changes the result, so it has no part in any derivative.
/// </summary>
internal static class DifferentiableGradient
{
    /// <param name="x">(N, C, D, H, W), as it was saved, with its graph.</param>
    /// <param name="outputGradient">The gradient of the output, with its graph.</param>
    /// <param name="windows">The windows.</param>
    /// <param name="weighting">The weighting.</param>
    public static torch.Tensor Of(
        torch.Tensor x, torch.Tensor outputGradient, Windows windows, SoftPoolWeighting weighting)
    {
        torch.Tensor y = weighting == SoftPoolWeighting.PerChannel
            ? PerChannel(Wide(x), windows)
            : Shared(Wide(x), windows);
        return torch.autograd.grad(
            [y.to(x.dtype)], [x], [outputGradient], retain_graph: true, create_graph: true)[0];
    }

    /// <summary>Sums of short floats lose too much.</summary>
    private static torch.Tensor Wide(torch.Tensor x) =>
        x.dtype is torch.ScalarType.Float16 or torch.ScalarType.BFloat16 ? x.to(torch.float32) : x;

    private static torch.Tensor PerChannel(torch.Tensor x, Windows windows)
    {
        var views = new WindowCells(windows);
        torch.Tensor[] cells = views.Of(views.Pad(x));
        torch.Tensor m = views.Largest(cells).detach();
        torch.Tensor[] differences = [.. cells.Select(cell => Held(cell.sub(m)))];
        torch.Tensor[] exponentials = [.. differences.Select(difference => difference.exp())];
        return Mean(views, differences, exponentials).add(m, Scalars.One);
    }

    private static torch.Tensor Shared(torch.Tensor x, Windows windows)
    {
        var views = new WindowCells(windows);
        torch.Tensor[] cells = views.Of(views.Pad(x));
        torch.Tensor m = views.Largest(cells).detach(), largest = m.amax([1], keepdim: true);
        torch.Tensor[] differences = [.. cells.Select(cell => Held(cell.sub(m)))];
        torch.Tensor[] exponentials =
            [.. cells.Select(cell => Held(cell.sub(largest)).exp().sum(1, keepdim: true))];
        return Mean(views, differences, exponentials).add(m, Scalars.One);
    }

    private static torch.Tensor Mean(WindowCells views, torch.Tensor[] values, torch.Tensor[] weights)
    {
        torch.Tensor weighted = values.Zip(weights, (value, weight) => value.mul(weight))
            .Aggregate((sum, term) => sum.add(term, Scalars.One));
        torch.Tensor total = weights.Aggregate((sum, weight) => sum.add(weight, Scalars.One));
        return views.Sum(weighted).div(views.Sum(total));
    }

    /// <summary>Cells in padding are at minus infinity, and 0 times it would not be 0.</summary>
    private static torch.Tensor Held(torch.Tensor difference)
    {
        using Scalar smallest = torch.finfo(difference.dtype).min, largest = torch.finfo(difference.dtype).max;
        return difference.clamp(smallest, largest);
    }
}
