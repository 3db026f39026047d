namespace SoftPool.Reference;

/// <summary>y = x where x is not negative, else 0; NaN stays NaN.</summary>
internal static class ReLUReference
{
    public static void Compute(ReferenceStep step)
    {
        for (int i = 0; i < step.Input.Length; i++)
            step.Output[i] = step.Input[i] < 0 ? 0 : step.Input[i];
    }
}
