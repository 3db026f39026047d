using SoftPool.Torch;
using TorchSharp;

namespace SoftPool.Trainer.Distributed;

/// <summary>
/// The identity, whose backward says that it was reached. Torch takes the nodes of the backward pass in the reverse
/// order of forward, and adds a gradient to its parameter before it goes on; so all parameters behind the marker have
/// theirs. TorchSharp has no hook on a gradient.
/// </summary>
internal sealed class GradientMarker : torch.autograd.SingleTensorFunction<GradientMarker>
{
    public override string Name => nameof(GradientMarker);

    /// <param name="x">What the layer reads.</param>
    /// <param name="layer">The layer's place.</param>
    /// <param name="reached">Told the place.</param>
    public static torch.Tensor Of(torch.Tensor x, int layer, Action<int> reached) => apply(x, layer, reached);

    public override torch.Tensor forward(torch.autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_data(nameof(Int32), vars[1]);
        ctx.save_data(nameof(Action), vars[2]);
        return ((torch.Tensor)vars[0]).detach();
    }

    public override List<torch.Tensor> backward(torch.autograd.AutogradContext ctx, torch.Tensor grad_output)
    {
        ((Action<int>)ctx.get_data(nameof(Action)))((int)ctx.get_data(nameof(Int32)));
        return ReturnedGradient.Of(grad_output, inputs: 3);
    }
}
