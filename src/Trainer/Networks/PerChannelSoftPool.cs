using TorchSharp;

namespace SoftPool.Trainer.Networks;

/// <summary>
/// SoftPool with weights per channel: y = m + sum_i e_i (x_i - m) / S with m the window's largest value,
/// e_i = exp(x_i - m), S = sum_i e_i; and dy/dx_i = e_i / S (1 + x_i - y). Keeps x, y, m and S for the gradient and
/// computes the exponentials again.
/// </summary>
internal sealed class PerChannelSoftPool : torch.autograd.SingleTensorFunction<PerChannelSoftPool>
{
    public override string Name => nameof(PerChannelSoftPool);

    public override torch.Tensor forward(torch.autograd.AutogradContext ctx, params object[] vars)
    {
        var x = (torch.Tensor)vars[0];
        var windows = (WindowCells)vars[1];
        using var scope = torch.NewDisposeScope();
        torch.Tensor y = torch.empty(windows.OutputShape, x.dtype, x.device);
        torch.Tensor largest = torch.empty_like(y), total = torch.zeros_like(y);
        foreach ((long start, long length) in windows.Parts())
        {
            using var part = torch.NewDisposeScope();
            torch.Tensor[] cells = windows.Of(windows.Pad(x.narrow(0, start, length)));
            torch.Tensor m = largest.narrow(0, start, length).copy_(WindowCells.Largest(cells));
            torch.Tensor s = total.narrow(0, start, length);
            torch.Tensor weighted = torch.zeros_like(m);
            foreach (torch.Tensor cell in cells)
            {
                torch.Tensor difference = WindowCells.Difference(cell, m);
                torch.Tensor e = difference.exp();
                s.add_(e);
                weighted.addcmul_(e, difference, 1);
                difference.Dispose();
                e.Dispose();
            }
            y.narrow(0, start, length).copy_(weighted.div_(s).add_(m));
        }
        // The output itself would refer to its own graph node and never be freed; detached, it shares the memory only.
        ctx.save_for_backward(
        [
            x, y.detach().MoveToOuterDisposeScope(), largest.MoveToOuterDisposeScope(), total.MoveToOuterDisposeScope(),
        ]);
        ctx.save_data(nameof(WindowCells), windows);
        return y.MoveToOuterDisposeScope();
    }

    public override List<torch.Tensor> backward(torch.autograd.AutogradContext ctx, torch.Tensor grad_output)
    {
        using var scope = torch.NewDisposeScope();
        using torch.Tensor outputGradient = grad_output;
        var windows = (WindowCells)ctx.get_data(nameof(WindowCells));
        List<torch.Tensor> saved = ctx.get_saved_variables();
        (torch.Tensor x, torch.Tensor y, torch.Tensor largest, torch.Tensor total) = (saved[0], saved[1], saved[2], saved[3]);
        torch.Tensor gradient = torch.empty_like(x);
        foreach ((long start, long length) in windows.Parts())
        {
            using var part = torch.NewDisposeScope();
            torch.Tensor maps = x.narrow(0, start, length);
            torch.Tensor padded = windows.Pad(maps);
            torch.Tensor sum = torch.zeros_like(padded);
            torch.Tensor[] cells = windows.Of(padded), sums = windows.Of(sum);
            torch.Tensor m = largest.narrow(0, start, length);
            torch.Tensor scale = outputGradient.narrow(0, start, length) / total.narrow(0, start, length);
            torch.Tensor offset = (m - y.narrow(0, start, length)).add_(1);
            for (int i = 0; i < cells.Length; i++)
            {
                torch.Tensor difference = WindowCells.Difference(cells[i], m);
                torch.Tensor e = difference.exp();
                sums[i].addcmul_(difference.add_(offset).mul_(e), scale, 1);
                difference.Dispose();
                e.Dispose();
            }
            gradient.narrow(0, start, length).copy_(windows.Crop(sum, maps));
        }
        return ReturnedGradient.Of(gradient, inputs: 2);
    }
}
