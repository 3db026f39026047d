using SoftPool.Operators;

namespace SoftPool.Reference;

/// <summary>y = f(a, b), element by element; b may have one value a channel.</summary>
internal static class ElementwiseReference
{
    public static void Compute(Elementwise op, ReferenceStep step)
    {
        (float[] left, float[] right) = (step.Inputs[0], step.Inputs[1]);
        int plane = left.Length / right.Length;
        for (int i = 0; i < left.Length; i++)
            step.Output[i] = (float)op.Of(left[i], right[i / plane]);
    }
}
