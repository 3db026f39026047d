using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y = f(a, b), element by element; b may have one value a channel or a place.</summary>
internal static class ElementwiseReference
{
    public static void Compute<T>(Elementwise op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        (float[] left, float[] right) = (step.Inputs[0], step.Inputs[1]);
        (int repeats, int inner) = Elementwise.Repetition(step.InputShapes[0], step.InputShapes[1]);
        for (int i = 0; i < left.Length; i++)
            if (step.Wants(i))
                step.Output[i] = op.Of(T.Of(left[i]), T.Of(right[i / (repeats * inner) * inner + i % inner])).Stored;
    }
}
