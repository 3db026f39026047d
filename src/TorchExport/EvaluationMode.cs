using TorchSharp;

namespace SoftPool.Torch.Export;

/// <summary>Puts a module into evaluation mode, and each of its modules back into its own mode at the end.</summary>
internal sealed class EvaluationMode : IDisposable
{
    private readonly (torch.nn.Module Module, bool Training)[] _before;

    public EvaluationMode(torch.nn.Module module)
    {
        // A module stands before those in it, which its own call of train would change.
        _before = [.. module.named_modules().Select(entry => entry.module).Prepend(module)
            .Select(each => (each, each.training))];
        module.eval();
    }

    public void Dispose()
    {
        foreach ((torch.nn.Module module, bool training) in _before)
            module.train(training);
    }
}
