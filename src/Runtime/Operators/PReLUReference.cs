using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y = x, or the channel's slope times x where that is negative.</summary>
internal static class PReLUReference
{
    public static void Compute<T>(PReLU op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        ReadOnlySpan<float> slopes = step.Parameters("weight").Data.Span;
        int plane = PReLU.Plane(step.InputShape);
        for (int i = 0; i < step.Input.Length; i++)
        {
            if (!step.Wants(i))
                continue;
            T x = T.Of(step.Input[i]);
            step.Output[i] = (x < default(T) ? T.Of(slopes[i / plane % slopes.Length]) * x : x).Stored;
        }
    }
}
