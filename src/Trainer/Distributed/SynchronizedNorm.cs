using SoftPool.Torch;
using TorchSharp;
using TorchSharp.Modules;

namespace SoftPool.Trainer.Distributed;

/// <summary>Batch norm in training whose mean and variance are those of the whole batch, as PyTorch's SyncBatchNorm
/// takes them: two sums over all processes in forward and two in backward.</summary>
internal static class SynchronizedNorm
{
    /// <param name="norm">The module: its parameters, and its running statistics, which are brought up to
    /// date.</param>
    /// <param name="x">The batch of this process, (N, C, H, W).</param>
    /// <param name="processes">All of them.</param>
    public static torch.Tensor Apply(BatchNorm2d norm, torch.Tensor x, Communicator processes)
    {
        long channels = x.shape[1];
        torch.Tensor input = x.to(torch.float32);
        torch.Tensor own = torch.tensor([(float)(x.numel() / channels)]).to(x.device);
        torch.Tensor sums = SumOverProcesses.Of(torch.cat([input.sum([0, 2, 3]), own]), processes);
        torch.Tensor count = sums.narrow(0, channels, 1).detach();
        torch.Tensor mean = sums.narrow(0, 0, channels).div(count);
        torch.Tensor centred = input.sub(PerChannel(mean));
        torch.Tensor variance = SumOverProcesses.Of(centred.mul(centred).sum([0, 2, 3]), processes).div(count);
        using Scalar epsilon = norm.eps;
        torch.Tensor result = centred.mul(PerChannel(variance.add(epsilon, Scalars.One).rsqrt()));
        if (norm.weight is not null)
            result = result.mul(PerChannel(norm.weight)).add(PerChannel(norm.bias!), Scalars.One);
        using (torch.no_grad())
        {
            double momentum = norm.momentum ?? DefaultMomentum;
            using Scalar share = momentum, rest = 1 - momentum;
            torch.Tensor unbiased = variance.mul(count).div(count.sub(torch.ones_like(count)));
            norm.running_mean!.mul_(rest).add_(mean, share);
            norm.running_var!.mul_(rest).add_(unbiased, share);
        }
        return result.to(x.dtype);

        torch.Tensor PerChannel(torch.Tensor values) => values.reshape(1, channels, 1, 1);
    }

    private const double DefaultMomentum = 0.1;

    /// <summary>A sum over all processes, each of which needs the gradient of all.</summary>
    private sealed class SumOverProcesses : torch.autograd.SingleTensorFunction<SumOverProcesses>
    {
        public override string Name => nameof(SumOverProcesses);

        public static torch.Tensor Of(torch.Tensor values, Communicator processes) => apply(values, processes);

        public override torch.Tensor forward(torch.autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_data(nameof(Communicator), vars[1]);
            return Sum((torch.Tensor)vars[0], (Communicator)vars[1]);
        }

        public override List<torch.Tensor> backward(torch.autograd.AutogradContext ctx, torch.Tensor grad_output)
        {
            using torch.Tensor gradient = grad_output;
            return ReturnedGradient.Of(Sum(gradient, (Communicator)ctx.get_data(nameof(Communicator))), inputs: 2);
        }

        private static torch.Tensor Sum(torch.Tensor values, Communicator processes)
        {
            using var scope = torch.NewDisposeScope();
            float[] buffer = Communicator.Pinned<float>(values.cpu().contiguous().data<float>().ToArray());
            processes.Wait(processes.BeginSum(buffer, 0, buffer.Length));
            return torch.tensor(buffer).reshape(values.shape).to(values.device).MoveToOuterDisposeScope();
        }
    }
}
