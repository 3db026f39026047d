using SoftPool.Kernels;

namespace SoftPool.Operators;

/// <summary>The launches of reductions. What stands between two of them has 32 bits.</summary>
internal static class Reductions
{
    private const string Wide = "reduce_wide";

    /// <summary>Adds the launches that reduce the input.</summary>
    /// <param name="step">Whose input it is.</param>
    /// <param name="steps">What becomes of the elements.</param>
    /// <param name="stages">The launches' shapes, of an item.</param>
    /// <param name="output">Where the result goes.</param>
    /// <param name="isHalf">Whether it is stored in 16 bits.</param>
    public static void Lower(
        LoweringStep step, ReductionSteps steps, IReadOnlyList<ReductionStage> stages, Operand output, bool isHalf)
    {
        int loops = steps.Combine == ReductionCombine.LogSumExp ? 2 : 1;
        // The last axes alone, in one launch or in slices. Products could overflow in another order of factors.
        bool areRows = stages[^1].Width == 1 && stages[0].Rows == stages[^1].Rows;
        if (areRows && isHalf == step.Options.Fp16 && steps.Combine != ReductionCombine.Product
            && stages[0].Length <= WideRow.ManyTerms && WideRow.Suits(step, Wide, stages[0].Length))
        {
            int rows = step.Batch * stages[0].Rows;
            step.Dispatch(
                Wide, Constants(rows, stages[0] with { Width = 1 }, isFirst: true, isLast: true),
                WideRow.Groups(rows), texels: 0, loops * WideRow.Iterations(stages[0].Length), step.Input, output);
            return;
        }
        Operand values = step.Input;
        for (int i = 0; i < stages.Count; i++)
        {
            (bool isFirst, bool isLast) = (i == 0, i == stages.Count - 1);
            ReductionStage stage = stages[i];
            int count = step.Batch * stage.Count;
            Operand to = isLast ? output : new Activation(count);
            // In 32 bits all four are the same but for their reading; of what other kernels give, and texels, the first
            // two.
            string kernel = (isFirst, isLast && isHalf == step.Options.Fp16) switch
            {
                (true, true) => "reduce",
                (true, false) => "reduce_first",
                (false, false) => "reduce_next",
                (false, true) => "reduce_last",
            };
            bool isWhole = isFirst && stage.Width % 4 == 0 && stage.Length % 4 == 0;
            step.DispatchElements(
                kernel, Constants(count, stage, isFirst, isLast), count, isWhole ? 0b1u : 0,
                loops * LoopIterations.Of(stage.Lines), values, to);
            values = to;
        }

        SpecializationConstant[] Constants(int count, ReductionStage stage, bool isFirst, bool isLast) =>
        [
            ("COUNT", count), ("LENGTH", stage.Length), ("WIDTH", stage.Width),
            ("TERM", isFirst ? (int)steps.Term : 0), ("COMBINE", (int)steps.Combine),
            ("FINISH", isLast ? (int)steps.Finish : 0),
            ("TERMS", step.InputShape.ElementCount / stages[^1].Count),
        ];
    }
}
