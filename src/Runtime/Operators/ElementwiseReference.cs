using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y = f(a, b), element by element; along an axis of extent 1 an input is repeated.</summary>
internal static class ElementwiseReference
{
    public static void Compute<T>(Elementwise op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        (float[] left, float[] right) = (step.Inputs[0], step.Inputs[1]);
        var axes = BroadcastAxes.Of(1, step.OutputShape, step.InputShapes);
        for (int i = 0; i < step.Output.Length; i++)
            if (step.Wants(i))
                step.Output[i] = op.Of(T.Of(left[axes.PlaceOf(0, i)]), T.Of(right[axes.PlaceOf(1, i)])).Stored;
    }
}
