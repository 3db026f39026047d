using SoftPool.Operators;

namespace SoftPool.Reference;

/// <summary>y = f(x), each element by itself; f stands with the operator.</summary>
internal static class PointwiseReference
{
    public static void Compute(Pointwise op, ReferenceStep step)
    {
        for (int i = 0; i < step.Input.Length; i++)
            step.Output[i] = (float)op.Of(step.Input[i]);
    }
}
