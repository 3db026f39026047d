namespace SoftPool.Kernels;

/// <summary>The variants of an operator, and the choice between them.</summary>
/// <typeparam name="TOperator">The operator.</typeparam>
/// <param name="variants">Every variant. If all that can compute an operator are rejected, the last of them is
/// taken.</param>
internal sealed class VariantTable<TOperator>(params IReadOnlyList<Variant<TOperator>> variants)
{
    /// <summary>Every variant.</summary>
    public IReadOnlyList<Variant<TOperator>> All => variants;

    /// <summary>What decides which variant is the fastest on a device: the operator, its input, the batch and the
    /// precision.</summary>
    public static string KeyOf(TOperator op, TensorShape input, PlanOptions options) =>
        $"{op} on {input}, batch {options.Batch}, {(options.Fp16 ? 16 : 32)} bits";

    /// <summary>Adds the launches of the variant that is chosen for an operator.</summary>
    public void Lower(TOperator op, LoweringStep step)
    {
        Variant<TOperator> variant = For(op, step);
        step.Choose(variant.Name, variant.HasIndependentKernels);
        variant.Lower(op, step);
    }

    /// <summary>The forced variant if it can compute the operator; else the one that was measured to be the fastest;
    /// else the one with the least cost. Neither of the last two if the driver would end its loops early and another
    /// variant's not.</summary>
    public Variant<TOperator> For(TOperator op, LoweringStep step)
    {
        List<Variant<TOperator>> candidates = CandidatesFor(op, step);
        (string? forced, _, IReadOnlyDictionary<string, string>? measured) = step.Options.Variants;
        string? best = measured?.GetValueOrDefault(KeyOf(op, step.InputShape, step.Options));
        if (candidates.Find(variant => variant.Name == forced) is { } wanted)
            return wanted;
        Variant<TOperator> chosen = candidates.Find(variant => variant.Name == best) ?? candidates[0];
        return HasAllowedLoops(chosen) ? chosen : candidates.Find(HasAllowedLoops) ?? chosen;

        bool HasAllowedLoops(Variant<TOperator> variant) =>
            step.Options.LargestIterations == long.MaxValue
            || step.IterationsOf(() => variant.Lower(op, step)) <= step.Options.LargestIterations;
    }

    /// <summary>The variants that can compute an operator and are not rejected, the one with the least cost
    /// first.</summary>
    public List<Variant<TOperator>> CandidatesFor(TOperator op, LoweringStep step)
    {
        List<Variant<TOperator>> able = [.. variants.Where(variant => variant.Takes(op, step))];
        List<Variant<TOperator>> candidates =
        [
            .. able.Where(variant => !variant.IsRejected(op, step)).OrderBy(variant => variant.Cost(op, step)),
        ];
        return candidates.Count > 0 ? candidates : [able[^1]];
    }
}
