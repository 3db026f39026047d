using SoftPool.Torch;
using TorchSharp;
using TorchSharp.Modules;

namespace SoftPool.Trainer.Training;

/// <summary>
/// Adam with L2 decay added to the gradient (Kingma and Ba 2015, algorithm 1), as torch.optim.Adam computes it, to the
/// bit. TorchSharp's own makes nine scalars for each parameter and step that a garbage collection can free under the
/// call (see <see cref="Scalars"/>): a step among millions would throw, or spoil weights unseen.
/// </summary>
internal sealed class Adam : IDisposable
{
    // The decay of the moments and what keeps the division from 0, as in the paper and in torch.
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private readonly Moments[] _parameters;
    private readonly Scalar _decay1 = Beta1, _decay2 = Beta2,
        _share1 = 1 - Beta1, _share2 = 1 - Beta2, _epsilon = Epsilon;
    private readonly Scalar? _weightDecay;

    /// <param name="network">Whose parameters it changes, those that require gradients; it is on its device
    /// already.</param>
    /// <param name="weightDecay">How much of a parameter is added to its gradient.</param>
    /// <param name="fresh">The names of the parameters that have a learning rate of their own.</param>
    public Adam(torch.nn.Module network, double weightDecay, IReadOnlyCollection<string>? fresh = null)
    {
        using var scope = torch.NewDisposeScope();
        if (weightDecay != 0)
            _weightDecay = weightDecay;
        _parameters =
        [
            .. network.named_parameters().Where(entry => entry.parameter.requires_grad).Select(entry => new Moments(
                entry.name, entry.parameter, torch.zeros_like(entry.parameter).DetachFromDisposeScope(),
                torch.zeros_like(entry.parameter).DetachFromDisposeScope(), fresh?.Contains(entry.name) == true)),
        ];
    }

    /// <summary>The parameters, each with the running means of its gradient and of the gradient's square.</summary>
    public IReadOnlyList<Moments> Parameters => _parameters;

    /// <summary>How many steps were done.</summary>
    public long Steps { get; set; }

    /// <summary>Sets all gradients to 0.</summary>
    public void ZeroGradients()
    {
        foreach (Moments parameter in _parameters)
        {
            using torch.Tensor? gradient = parameter.Parameter.grad;
            gradient?.zero_();
        }
    }

    /// <summary>Changes each parameter by its gradient; those without one stay.</summary>
    /// <param name="learningRate">The step's size, before the correction of the moments' beginning at 0.</param>
    /// <param name="freshRate">The same of the parameters that have one of their own; null for the same.</param>
    public void Step(double learningRate, double? freshRate = null)
    {
        Steps++;
        using Scalar correction2 = Math.Sqrt(1 - Math.Pow(Beta2, Steps));
        double correction1 = 1 - Math.Pow(Beta1, Steps);
        using Scalar rate = -learningRate / correction1, fresh = -(freshRate ?? learningRate) / correction1;
        using IDisposable noGradients = torch.no_grad();
        foreach (Moments moments in _parameters)
        {
            (_, Parameter parameter, torch.Tensor first, torch.Tensor second, bool isFresh) = moments;
            using var scope = torch.NewDisposeScope();
            if (parameter.grad is not { } gradient)
                continue;
            if (_weightDecay is not null)
                gradient = gradient.add(parameter, _weightDecay);
            first.mul_(_decay1).add_(gradient, _share1);
            second.mul_(_decay2).addcmul_(gradient, gradient, _share2);
            parameter.addcdiv_(
                first, second.sqrt().div_(correction2).add_(_epsilon, Scalars.One), isFresh ? fresh : rate);
        }
    }

    public void Dispose()
    {
        foreach (Moments parameter in _parameters)
        {
            parameter.First.Dispose();
            parameter.Second.Dispose();
        }
        foreach (Scalar? scalar in (Scalar?[])[_decay1, _decay2, _share1, _share2, _epsilon, _weightDecay])
            scalar?.Dispose();
    }

    /// <summary>A parameter with its moments, which are of its shape and on its device.</summary>
    public sealed record Moments(
        string Name, Parameter Parameter, torch.Tensor First, torch.Tensor Second, bool IsFresh);
}
