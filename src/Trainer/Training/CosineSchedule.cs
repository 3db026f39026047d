namespace SoftPool.Trainer.Training;

/// <summary>A learning rate that rises linearly in the warm-up and then falls to 0 along half a cosine.</summary>
internal readonly record struct CosineSchedule(double Highest, int Steps, int WarmUpSteps)
{
    /// <summary>The learning rate of a step, counted from 0. Without warm-up the first has the highest.</summary>
    public double At(int step) => step < WarmUpSteps
        ? Highest * (step + 1) / WarmUpSteps
        : Highest * (1 + Math.Cos(Math.PI * (step - WarmUpSteps) / Math.Max(Steps - WarmUpSteps, 1))) / 2;
}
