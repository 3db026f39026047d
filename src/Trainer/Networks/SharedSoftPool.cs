using TorchSharp;

namespace SoftPool.Trainer.Networks;

/// <summary>
/// SoftPool with weights shared across channels: y_c = sum_i w_i x_ci, w_i = s_i exp(m_i - m) / sum_j s_j exp(m_j - m),
/// where a pixel's m_i is its channels' largest value, s_i = sum_c exp(x_ci - m_i), and m the window's largest m_i.
/// dL/dx_ci = g_c w_i + exp(x_ci - m_i) / s_i w_i sum_k g_k (x_ki - y_k). Keeps x, y and maps of one channel.
/// </summary>
internal sealed class SharedSoftPool : torch.autograd.SingleTensorFunction<SharedSoftPool>
{
    public override string Name => nameof(SharedSoftPool);

    public override torch.Tensor forward(torch.autograd.AutogradContext ctx, params object[] vars)
    {
        var x = (torch.Tensor)vars[0];
        var windows = (WindowCells)vars[1];
        using var scope = torch.NewDisposeScope();
        torch.Tensor y = torch.empty(windows.OutputShape, x.dtype, x.device);
        torch.Tensor largest = x.amax([1], keepdim: true);
        torch.Tensor sums = torch.empty_like(largest);
        foreach ((long start, long length) in windows.Parts())
        {
            using var part = torch.NewDisposeScope();
            sums.narrow(0, start, length).copy_(
                Exponentials(x.narrow(0, start, length), largest.narrow(0, start, length)).sum(1, keepdim: true));
        }
        (_, torch.Tensor[] weights) = Weigh(windows, largest, sums);
        foreach ((long start, long length) in windows.Parts())
        {
            using var part = torch.NewDisposeScope();
            torch.Tensor maps = x.narrow(0, start, length);
            torch.Tensor mean = y.narrow(0, start, length).zero_();
            foreach ((torch.Tensor cell, torch.Tensor weight) in windows.Of(windows.Pad(maps, 0)).Zip(weights))
                mean.addcmul_(cell, weight.narrow(0, start, length), 1);
            // A mean lies between its smallest and its largest term. Rounding can leave that range, at the end of the
            // floats even for infinity, so it is held there.
            mean.copy_(torch.minimum(torch.maximum(mean, windows.Smallest(maps)), windows.Largest(maps)));
        }
        // The output itself would refer to its own graph node and never be freed; detached, it shares the memory only.
        ctx.save_for_backward(
        [
            x, y.detach().MoveToOuterDisposeScope(), largest.MoveToOuterDisposeScope(), sums.MoveToOuterDisposeScope(),
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
        (torch.Tensor x, torch.Tensor y, torch.Tensor largest, torch.Tensor sums) = (saved[0], saved[1], saved[2], saved[3]);
        (torch.Tensor[] factors, torch.Tensor[] weights) = Weigh(windows, largest, sums);
        torch.Tensor gradient = torch.empty_like(x);
        foreach ((long start, long length) in windows.Parts())
        {
            using var part = torch.NewDisposeScope();
            torch.Tensor maps = x.narrow(0, start, length), m = largest.narrow(0, start, length);
            torch.Tensor output = y.narrow(0, start, length), g = outputGradient.narrow(0, start, length);
            torch.Tensor padded = windows.Pad(maps, 0);
            // What reaches a cell through its own term, and what reaches a pixel through its sum of exponentials.
            torch.Tensor direct = torch.zeros_like(padded);
            torch.Tensor throughSum = torch.zeros_like(padded.narrow(1, 0, 1));
            torch.Tensor[] cells = windows.Of(padded), directs = windows.Of(direct), throughSums = windows.Of(throughSum);
            for (int i = 0; i < cells.Length; i++)
            {
                directs[i].addcmul_(g, weights[i].narrow(0, start, length), 1);
                torch.Tensor product = (cells[i] - output).mul_(g);
                throughSums[i].addcmul_(product.sum(1, keepdim: true), factors[i].narrow(0, start, length), 1);
                product.Dispose();
            }
            gradient.narrow(0, start, length).copy_(windows.Crop(direct, maps))
                .addcmul_(Exponentials(maps, m), windows.Crop(throughSum, maps), 1);
        }
        return ReturnedGradient.Of(gradient, inputs: 2);
    }

    private static torch.Tensor Exponentials(torch.Tensor x, torch.Tensor largest) =>
        WindowCells.Difference(x, largest).exp_();

    /// <summary>For each place in the window, the factor f_i = exp(m_i - m) / sum_j s_j exp(m_j - m) and the weight
    /// w_i = s_i f_i, each (N, 1, oH, oW).</summary>
    private static (torch.Tensor[] Factors, torch.Tensor[] Weights) Weigh(
        WindowCells windows, torch.Tensor largest, torch.Tensor sums)
    {
        torch.Tensor[] cells = windows.Of(windows.Pad(largest)), cellSums = windows.Of(windows.Pad(sums, 0));
        torch.Tensor m = WindowCells.Largest(cells);
        torch.Tensor[] factors = [.. cells.Select(cell => Exponentials(cell, m))];
        torch.Tensor[] weights = [.. factors.Zip(cellSums, (factor, sum) => factor * sum)];
        torch.Tensor total = weights.Aggregate(torch.zeros_like(m), (sum, weight) => sum.add_(weight));
        foreach (torch.Tensor tensor in factors.Concat(weights))
            tensor.div_(total);
        return (factors, weights);
    }
}
