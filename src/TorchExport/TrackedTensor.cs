using System.Runtime.InteropServices;
using TorchSharp;

namespace SoftPool.Torch.Export;

/// <summary>
/// A tensor as it was when a module gave it: torch itself tells whether it has been changed in place since. A sine of
/// one of its elements keeps that element for its gradient, together with the number of changes made so far to the
/// storage, and the gradient refuses an element that has been changed, whatever its value is now.
/// </summary>
internal sealed class TrackedTensor : IDisposable
{
    private readonly torch.Tensor _sine;

    public TrackedTensor(torch.Tensor tensor, int source)
    {
        Source = source;
        using var scope = torch.NewDisposeScope();
        using IDisposable gradients = torch.enable_grad();
        // Detached tensors and views share the storage, and with it the count.
        _sine = tensor.detach().as_strided([1], [1]).requires_grad_().sin().DetachFromDisposeScope();
    }

    /// <summary>The call that gave it; ~i for input i of the network.</summary>
    public int Source { get; }

    public bool IsChanged()
    {
        try
        {
            using var scope = torch.NewDisposeScope();
            _sine.backward(retain_graph: true);
            return false;
        }
        catch (ExternalException)
        {
            return true;
        }
    }

    public void Dispose() => _sine.Dispose();
}
