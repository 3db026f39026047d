using TorchSharp;

namespace SoftPool.Torch;

/// <summary>
/// Hands a gradient from a custom backward to the autograd engine. The engine takes a reference of its own, and nobody
/// disposes TorchSharp's: on a GPU, where backward runs on a thread without a dispose scope, it would hold its memory
/// until a garbage collection that has no reason to come. So the next one handed over on the thread frees it.
/// </summary>
internal static class ReturnedGradient
{
    [ThreadStatic]
    private static torch.Tensor? _previous;

    public static List<torch.Tensor> Of(torch.Tensor gradient, int inputs)
    {
        _previous?.Dispose();
        _previous = gradient.DetachFromDisposeScope();
        return [gradient, .. None(inputs - 1)];
    }

    /// <summary>No gradient for any input, where none came for the output.</summary>
    public static List<torch.Tensor> None(int inputs) => [.. Enumerable.Repeat<torch.Tensor>(null!, inputs)];
}
