using System.Numerics;
using SoftPool.Torch.Views;
using TorchSharp;

namespace SoftPool.Torch.Cpu;

/// <summary>SoftPool of (N, C, D, H, W) on the CPU, in one pass over the maps each way. Keeps nothing but x for the
/// gradient; TorchSharp's node keeps an unused tensor of y's size beside it.</summary>
internal sealed class CpuSoftPool : torch.autograd.SingleTensorFunction<CpuSoftPool>
{
    public override string Name => nameof(CpuSoftPool);

    /// <summary>Whether an item is small enough for .NET's spans and arrays.</summary>
    public static bool Takes(long channels, Windows windows) =>
        channels * (Math.Max(windows.Cells, windows.Count) + windows.Width.Input + windows.Width.Kernel)
            <= int.MaxValue / sizeof(double);

    public override torch.Tensor forward(torch.autograd.AutogradContext ctx, params object[] vars)
    {
        var x = (torch.Tensor)vars[0];
        (var windows, var weighting) = ((Windows)vars[1], (SoftPoolWeighting)vars[2]);
        using var scope = torch.NewDisposeScope();
        torch.Tensor y = x.dtype == torch.ScalarType.Float64
            ? Forward<double>(x.detach(), windows, weighting)
            : Forward<float>(x.detach(), windows, weighting);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([x]);
        ctx.save_data(nameof(Windows), windows);
        ctx.save_data(nameof(SoftPoolWeighting), weighting);
        return y.MoveToOuterDisposeScope();
    }

    public override List<torch.Tensor> backward(torch.autograd.AutogradContext ctx, torch.Tensor grad_output)
    {
        using var scope = torch.NewDisposeScope();
        using torch.Tensor outputGradient = grad_output;
        if (outputGradient.IsInvalid)
            return ReturnedGradient.None(inputs: 3);
        (var windows, var weighting) =
            ((Windows)ctx.get_data(nameof(Windows)), (SoftPoolWeighting)ctx.get_data(nameof(SoftPoolWeighting)));
        torch.Tensor saved = ctx.get_saved_variables()[0];
        if (torch.is_grad_enabled()) // create_graph
            return ReturnedGradient.Of(
                DifferentiableGradient.Of(saved, outputGradient, windows, weighting), inputs: 3);
        torch.Tensor x = saved.detach(), g = outputGradient.detach();
        torch.Tensor gradient = x.dtype == torch.ScalarType.Float64
            ? Backward<double>(x, g, windows, weighting)
            : Backward<float>(x, g, windows, weighting);
        return ReturnedGradient.Of(gradient, inputs: 3);
    }

    private static torch.Tensor Forward<T>(torch.Tensor x, Windows windows, SoftPoolWeighting weighting)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
    {
        MapLayout layout = MapLayout.Of<T>(x, windows, weighting);
        torch.Tensor maps = layout.Arrange(x);
        torch.Tensor y = layout.Empty(
            x, windows.Depth.Output, windows.Height.Output, windows.Width.Output);
        Workers.Run(x, windows, weighting, layout, (SoftPoolKernel<T> kernel, long first, long count) =>
        {
            using MapSpans from = new(maps, layout, first, count), to = new(y, layout, first, count);
            for (int item = 0; item < count; item += kernel.Channels)
            {
                for (int c = 0; c < kernel.Channels; c++)
                    from.Load(item + c, kernel.Input(c));
                kernel.Forward();
                for (int c = 0; c < kernel.Channels; c++)
                    to.Store(item + c, kernel.Output(c));
            }
        });
        return y;
    }

    private static torch.Tensor Backward<T>(
        torch.Tensor x, torch.Tensor outputGradient, Windows windows, SoftPoolWeighting weighting)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
    {
        MapLayout layout = MapLayout.Of<T>(x, windows, weighting);
        torch.Tensor maps = layout.Arrange(x), gradients = layout.Arrange(outputGradient);
        torch.Tensor gradient = layout.Empty(x, x.shape[2], x.shape[3], x.shape[4]);
        Workers.Run(x, windows, weighting, layout, (SoftPoolKernel<T> kernel, long first, long count) =>
        {
            using MapSpans from = new(maps, layout, first, count), g = new(gradients, layout, first, count);
            using MapSpans to = new(gradient, layout, first, count);
            for (int item = 0; item < count; item += kernel.Channels)
            {
                for (int c = 0; c < kernel.Channels; c++)
                {
                    from.Load(item + c, kernel.Input(c));
                    g.Load(item + c, kernel.OutputGradient(c));
                }
                kernel.Backward();
                for (int c = 0; c < kernel.Channels; c++)
                    to.Store(item + c, kernel.InputGradient(c));
            }
        });
        return gradient;
    }
}
