using TorchSharp;

namespace SoftPool.Torch.Views;

/// <summary>
/// SoftPool with weights per channel: y = m + sum_i e_i (x_i - m) / S with m the window's largest value,
/// e_i = exp(x_i - m), S = sum_i e_i; and dy/dx_i = e_i / S (1 + x_i - y). Keeps x, m, S and y - m for the gradient and
/// computes the exponentials again.
/// </summary>
internal sealed class PerChannelViews : torch.autograd.SingleTensorFunction<PerChannelViews>
{
    public override string Name => nameof(PerChannelViews);

    public override torch.Tensor forward(torch.autograd.AutogradContext ctx, params object[] vars)
    {
        (var x, var windows) = ((torch.Tensor)vars[0], (Windows)vars[1]);
        using var scope = torch.NewDisposeScope();
        var views = new WindowCells(windows);
        torch.Tensor[] cells = views.Of(views.Pad(x));
        torch.Tensor m = views.Largest(cells),
            total = torch.zeros_like(cells[0]), weighted = torch.zeros_like(cells[0]);
        foreach (torch.Tensor cell in cells)
        {
            using torch.Tensor difference = WindowCells.Difference(cell, m);
            using torch.Tensor e = difference.exp();
            total.add_(e, Scalars.One);
            weighted.addcmul_(e, difference, Scalars.One);
        }
        total = views.Sum(total);
        torch.Tensor mean = views.Sum(weighted).div_(total);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward(
        [
            x, m.MoveToOuterDisposeScope(), total.MoveToOuterDisposeScope(), mean.MoveToOuterDisposeScope(),
        ]);
        ctx.save_data(nameof(Windows), windows);
        return m.add(mean, Scalars.One).MoveToOuterDisposeScope();
    }

    public override List<torch.Tensor> backward(torch.autograd.AutogradContext ctx, torch.Tensor grad_output)
    {
        using var scope = torch.NewDisposeScope();
        using torch.Tensor outputGradient = grad_output;
        if (outputGradient.IsInvalid)
            return ReturnedGradient.None(inputs: 2);
        var windows = (Windows)ctx.get_data(nameof(Windows));
        List<torch.Tensor> saved = ctx.get_saved_variables();
        // With create_graph torch records here too, and would refuse the sums in place.
        if (torch.is_grad_enabled())
            return ReturnedGradient.Of(
                DifferentiableGradient.Of(saved[0], outputGradient, windows, SoftPoolWeighting.PerChannel), inputs: 2);
        var views = new WindowCells(windows);
        (torch.Tensor x, torch.Tensor m, torch.Tensor total, torch.Tensor mean) =
            (saved[0], saved[1], saved[2], saved[3]);
        torch.Tensor padded = views.Pad(x), sum = torch.zeros_like(padded);
        torch.Tensor scale = outputGradient / total, offset = mean.neg().add_(Scalars.One, Scalars.One);
        foreach ((torch.Tensor cell, torch.Tensor gradient) in views.Of(padded).Zip(views.Of(sum)))
        {
            using torch.Tensor difference = WindowCells.Difference(cell, m);
            using torch.Tensor e = difference.exp();
            gradient.addcmul_(difference.add_(offset, Scalars.One).mul_(e), scale, Scalars.One);
        }
        return ReturnedGradient.Of(views.Crop(sum).contiguous(), inputs: 2);
    }
}
