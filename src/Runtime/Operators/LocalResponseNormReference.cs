using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y_c = x_c (k + scale sum x_i^2)^-beta over the channels around c.</summary>
internal static class LocalResponseNormReference
{
    public static void Compute<T>(LocalResponseNorm norm, ReferenceStep step)
        where T : struct, IReal<T>
    {
        (int channels, int plane) = (step.InputShape[0], step.InputShape.Plane());
        int reach = norm.Size / 2;
        for (int c = 0; c < channels; c++)
            for (int i = 0; i < plane; i++)
            {
                if (!step.Wants(c * plane + i))
                    continue;
                T total = default;
                for (int other = Math.Max(c - reach, 0); other <= Math.Min(c + reach, channels - 1); other++)
                {
                    T x = T.Of(step.Input[other * plane + i]);
                    total += x * x;
                }
                T root = T.ReciprocalRoot(T.Of((float)norm.K) + T.Of(norm.Scale) * total);
                T factor = norm.Quarters switch
                {
                    4 => root * root,
                    3 when root > default(T) => root * (root * T.ReciprocalRoot(root)),
                    _ => root,
                };
                step.Output[c * plane + i] = (T.Of(step.Input[c * plane + i]) * factor).Stored;
            }
    }
}
