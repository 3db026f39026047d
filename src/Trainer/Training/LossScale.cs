using TorchSharp;

namespace SoftPool.Trainer.Training;

/// <summary>
/// Keeps fp16's small gradients from becoming 0: the loss is multiplied by a factor before backward and the gradients
/// are divided by it after. The factor is halved where a gradient overflows, and that step is left out; it is doubled
/// after many steps without (Micikevicius et al., Mixed precision training, 2018).
/// </summary>
internal static class LossScale
{
    private const int StepsToGrow = 2000;

    /// <summary>fp16's smallest number, 2^-24: gradients of a loss times less that are still not finite never will
    /// be.</summary>
    private const double Smallest = 1.0 / (1 << 24);

    /// <summary>Divides the gradients by the factor, and adjusts it.</summary>
    /// <returns>Whether all are finite, so that the step can be done.</returns>
    /// <exception cref="TrainingDivergedException">They are not, and there is no smaller factor to try.</exception>
    public static bool Unscale(TrainingState state, IEnumerable<torch.Tensor> gradients)
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor[] all = [.. gradients];
        using Scalar factor = 1 / state.LossScale;
        foreach (torch.Tensor gradient in all)
            gradient.mul_(factor);
        bool finite = torch.stack([.. all.Select(gradient => gradient.isfinite().all())]).all().item<bool>();
        if (!finite && state.LossScale <= Smallest)
            throw new TrainingDivergedException(
                $"A gradient of step {state.Step + 1} is not finite even with the loss times {state.LossScale:G2}");
        if (!finite)
            (state.LossScale, state.LossScaleSteps, state.StepsLeftOut) =
                (state.LossScale / 2, 0, state.StepsLeftOut + 1);
        else if (++state.LossScaleSteps == StepsToGrow)
            (state.LossScale, state.LossScaleSteps) = (state.LossScale * 2, 0);
        return finite;
    }
}
