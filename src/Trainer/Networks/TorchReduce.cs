using SoftPool.Operators;
using SoftPool.Torch;
using TorchSharp;
using Reduce = SoftPool.Operators.Reduce;

namespace SoftPool.Trainer.Networks;

/// <summary>Reductions, by torch's functions of these names.</summary>
internal static class TorchReduce
{
    public static torch.Tensor Apply(Reduce reduce, torch.Tensor x)
    {
        long[] dims = [.. reduce.Dims.Select(dim => (long)dim)];
        return reduce.Kind switch
        {
            Reduction.Mean => x.mean(dims, reduce.Keepdim),
            Reduction.Sum => x.sum(dims, reduce.Keepdim),
            Reduction.Prod => AxisByAxis(x, reduce, (tensor, dim) => tensor.prod(dim, reduce.Keepdim)),
            Reduction.Amax => x.amax(dims, reduce.Keepdim),
            Reduction.Amin => x.amin(dims, reduce.Keepdim),
            Reduction.L1 => x.abs().sum(dims, reduce.Keepdim),
            Reduction.L2 => x.mul(x).sum(dims, reduce.Keepdim).sqrt(),
            Reduction.SumSquare => x.mul(x).sum(dims, reduce.Keepdim),
            Reduction.LogSumExp => AxisByAxis(x, reduce, (tensor, dim) => tensor.logsumexp(dim, reduce.Keepdim)),
            _ => throw new NotSupportedException($"There is no torch function for {reduce.Kind}."),
        };
    }

    /// <summary>Not torch.nn.functional.normalize: it would make its scalars anew in each call (see <see
    /// cref="Scalars"/>).</summary>
    public static torch.Tensor Apply(Normalize normalize, torch.Tensor x)
    {
        using Scalar eps = normalize.Eps;
        Reduction norm = normalize.P == 1 ? Reduction.L1 : Reduction.L2;
        return x.div(Apply(new Reduce(norm, [normalize.Dim], Keepdim: true), x).clamp_min(eps));
    }

    /// <summary>The last axis first: the places of those before it stay.</summary>
    private static torch.Tensor AxisByAxis(
        torch.Tensor x, Reduce reduce, Func<torch.Tensor, long, torch.Tensor> alongOne) =>
        reduce.Dims.OrderDescending().Aggregate(x, (tensor, dim) => alongOne(tensor, dim));
}
