using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y = f(a, b), element by element; b may have one value a channel.</summary>
internal static class ElementwiseReference
{
    public static void Compute<T>(Elementwise op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        (float[] left, float[] right) = (step.Inputs[0], step.Inputs[1]);
        int plane = left.Length / right.Length;
        for (int i = 0; i < left.Length; i++)
            if (step.Wants(i))
                step.Output[i] = op.Of(T.Of(left[i]), T.Of(right[i / plane])).Stored;
    }
}
