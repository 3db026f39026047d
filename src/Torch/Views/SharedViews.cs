using TorchSharp;

namespace SoftPool.Torch.Views;

/// <summary>
/// SoftPool with weights shared across channels: y_c = sum_i w_i x_ci, w_i = s_i exp(m_i - m) / sum_j s_j exp(m_j - m),
/// where a pixel's m_i is its channels' largest value, s_i = sum_c exp(x_ci - m_i), and m the window's largest m_i.
/// dL/dx_ci = g_c w_i + exp(x_ci - m_i) / s_i w_i sum_k g_k (x_ki - y_k). Keeps x, y and maps of one channel.
/// </summary>
internal sealed class SharedViews : torch.autograd.SingleTensorFunction<SharedViews>
{
    public override string Name => nameof(SharedViews);

    public override torch.Tensor forward(torch.autograd.AutogradContext ctx, params object[] vars)
    {
        (var x, var windows) = ((torch.Tensor)vars[0], (Windows)vars[1]);
        using var scope = torch.NewDisposeScope();
        var views = new WindowCells(windows);
        torch.Tensor largest = x.amax([1], keepdim: true);
        torch.Tensor sums = WindowCells.Difference(x, largest).exp_().sum(1, keepdim: true);
        (_, torch.Tensor[] weights) = Weigh(views, largest, sums);
        torch.Tensor[] cells = views.Of(views.Pad(x, 0));
        torch.Tensor y = torch.zeros_like(cells[0]);
        foreach ((torch.Tensor cell, torch.Tensor weight) in cells.Zip(weights))
            y.addcmul_(cell, weight, Scalars.One);
        // A mean lies between its smallest and its largest term. Rounding can leave that range, at the end of the
        // floats even for infinity, so it is held there.
        y = torch.minimum(torch.maximum(views.Sum(y), views.Smallest(x)), views.Largest(x));
        // The output itself would refer to its own graph node and never be freed; detached, it shares the memory only.
        ctx.set_materialize_grads(false);
        ctx.save_for_backward(
        [
            x, y.detach().MoveToOuterDisposeScope(), largest.MoveToOuterDisposeScope(), sums.MoveToOuterDisposeScope(),
        ]);
        ctx.save_data(nameof(Windows), windows);
        return y.MoveToOuterDisposeScope();
    }

    public override List<torch.Tensor> backward(torch.autograd.AutogradContext ctx, torch.Tensor grad_output)
    {
        using var scope = torch.NewDisposeScope();
        using torch.Tensor g = grad_output;
        if (g.IsInvalid)
            return ReturnedGradient.None(inputs: 2);
        var windows = (Windows)ctx.get_data(nameof(Windows));
        List<torch.Tensor> saved = ctx.get_saved_variables();
        // With create_graph torch records here too, and would refuse the sums in place.
        if (torch.is_grad_enabled())
            return ReturnedGradient.Of(
                DifferentiableGradient.Of(saved[0], g, windows, SoftPoolWeighting.SharedAcrossChannels), inputs: 2);
        var views = new WindowCells(windows);
        (torch.Tensor x, torch.Tensor y, torch.Tensor largest, torch.Tensor sums) =
            (saved[0], saved[1], saved[2], saved[3]);
        (torch.Tensor[] factors, torch.Tensor[] weights) = Weigh(views, largest, sums);
        torch.Tensor padded = views.Pad(x, 0);
        // What reaches a cell through its own term, and what reaches a pixel through its sum of exponentials.
        torch.Tensor direct = torch.zeros_like(padded), throughSum = torch.zeros_like(padded.narrow(1, 0, 1));
        torch.Tensor[] cells = views.Of(padded), directs = views.Of(direct), throughSums = views.Of(throughSum);
        for (int i = 0; i < cells.Length; i++)
        {
            directs[i].addcmul_(g, weights[i], Scalars.One);
            using torch.Tensor product = WindowCells.Hold(WindowCells.Difference(cells[i], y).mul_(g));
            // Nothing where the factor is 0, however large the sum: its parts may have overflowed to either side.
            using torch.Tensor sum =
                WindowCells.Hold(product.sum(1, keepdim: true)).masked_fill_(factors[i].eq(Scalars.Zero), Scalars.Zero);
            throughSums[i].addcmul_(sum, factors[i], Scalars.One);
        }
        torch.Tensor gradient = WindowCells.Difference(x, largest).exp_().mul_(
            WindowCells.Hold(views.Crop(throughSum)));
        return ReturnedGradient.Of(gradient.add_(views.Crop(direct), Scalars.One), inputs: 2);
    }

    /// <summary>For each place in the window, the factor f_i = exp(m_i - m) / sum_j s_j exp(m_j - m) and the weight
    /// w_i = s_i f_i, each one channel of a view.</summary>
    private static (torch.Tensor[] Factors, torch.Tensor[] Weights) Weigh(
        WindowCells views, torch.Tensor largest, torch.Tensor sums)
    {
        torch.Tensor[] cells = views.Of(views.Pad(largest)), cellSums = views.Of(views.Pad(sums, 0));
        torch.Tensor m = views.Largest(cells);
        torch.Tensor[] factors = [.. cells.Select(cell => WindowCells.Difference(cell, m).exp_())];
        torch.Tensor[] weights = [.. factors.Zip(cellSums, (factor, sum) => factor * sum)];
        torch.Tensor total = views.Sum(
            weights.Aggregate(torch.zeros_like(cells[0]), (sum, weight) => sum.add_(weight, Scalars.One)));
        foreach (torch.Tensor tensor in factors.Concat(weights))
            tensor.div_(total);
        return (factors, weights);
    }
}
